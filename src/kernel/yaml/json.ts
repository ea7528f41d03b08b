/**
 * JSON that YAML 1.1 and 1.2 both read as it is: no text of it is taken for a boolean or a number. What JSON may have
 * in its texts and YAML may not, or takes for the end of a line (yaml.org/spec/1.1, 5.1 and 5.4), is escaped.
 */
export function printJson(value: object): string {
  const odd = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g
  const escaped = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
  return `${JSON.stringify(value).replace(odd, escaped)}\n`
}
