/**
 * JSON on two-space indentation in which whatever a terminal obeys, or reads in another direction, is escaped: JSON
 * itself lets some of it through (RFC 8259, 7). A parser reads the same text.
 */
export function printableJson(json: unknown): string {
  const units = (text: string) => Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
  const escaped = (text: string) =>
    units(text)
      .map(unit => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join('')
  return JSON.stringify(json, undefined, 2).replace(/[\x7f-\x9f\u2028\u2029]|\p{Cf}/gu, escaped)
}
