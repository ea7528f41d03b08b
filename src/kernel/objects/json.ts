/** What a text of JSON holds; nothing where it is none: for what others may have spoilt. */
export function jsonIn(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
