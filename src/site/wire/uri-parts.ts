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
