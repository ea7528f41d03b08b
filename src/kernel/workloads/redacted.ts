import { printable } from '../errors/index.ts'

// What a log line must not carry into an error: user and password in URLs, Sealift's own passwords, and long hex or
// base64 strings. A password may have an @ or a slash in it: up to the last @, unless a port or a digest stands there.
const credentials =
  /\b(\w{1,32}:\/\/)(?:[^\s/@:]*:(?!\d{1,5}[/?#])\S*@|[^\s/@]*@)(?!sha256:)|\bSl-[A-Za-z0-9]{32}\b|\b[0-9a-f]{32,}\b|\b[A-Za-z0-9+/]{40,}={0,2}/gi
const cutCredentials = /\b(\w{1,32}:\/\/)[^\s@]*$/

// Characters of a line that are looked at: expressions may take the square of them.
const longestLine = 2000

/** A line that somebody else has written, printable, with what looks like a secret taken out, cut at `limit` characters. */
export function redacted(text: string, limit = 300): string {
  const seen = text.slice(0, longestLine)
  const whole = seen.length < text.length ? seen.replace(cutCredentials, '$1[secret]') : seen
  return printable(
    whole.replace(credentials, (_, scheme?: string) => (scheme ? `${scheme}[secret]@` : '[secret]')),
    limit,
  )
}
