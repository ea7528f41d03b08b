/** What Infisical keeps of a value: no white space around it but one final newline, if there was any. Recorded. */
export function keptValue(value: string): string {
  return value.trim() + (value.endsWith('\n') ? '\n' : '')
}
