// Control characters, line separators and the direction overrides that let text pretend to be other text.
const unprintable = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/**
 * Text from outside (a bundle, a registry, a server) made fit for a terminal or a log line: control and
 * direction characters shown as `\u{…}`, cut at `limit` characters.
 */
export function printable(text: string, limit = 200): string {
  const shown = text
    .slice(0, limit + 1)
    .replace(unprintable, char => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
  return shown.length > limit ? `${shown.slice(0, limit - 1)}…` : shown
}
