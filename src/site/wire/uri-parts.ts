/** A host as it stands in a URI: an IPv6 address in brackets. */
export function bracket(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** A part of a URI; nothing where its percent signs encode nothing. */
export function decoded(part: string | undefined, decode = decodeURIComponent): string | undefined {
  try {
    return part === undefined ? undefined : decode(part)
  } catch {
    return undefined
  }
}

/** A host as it is compared: names without regard to case, addresses in their shortest form (RFC 5952). */
export function canonicalHost(host: string): string {
  const url = `http://${bracket(host)}`
  return URL.canParse(url) ? bare(new URL(url).hostname) : host.toLowerCase()
}

/** An IPv6 address without the brackets that it has in a URI. */
export const bare = (host: string): string => host.replace(/^\[|\]$/g, '')
