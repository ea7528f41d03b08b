/** A number of things for people: `1 object`, `2 objects`; `many` where an s does not do. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}
