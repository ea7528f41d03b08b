/** One challenge of a WWW-Authenticate header (RFC 9110, 11.6.1): scheme in lower case, parameters by lower-case name. */
export interface Challenge {
  readonly scheme: string
  readonly parameters: Readonly<Record<string, string>>
}

// A parameter, or a scheme, then an optional comma; tokens are RFC 9110's. Quoted strings may hold commas.
const parameter = /\s*([!#$%&'*+.^_`|~\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~\w/:-]+))\s*,?/y
const scheme = /\s*,?\s*([!#$%&'*+.^_`|~\w-]+)(?=\s|,|$)\s*,?/y

/** Every challenge of a WWW-Authenticate header's value; what cannot be read ends the list. */
export function parseChallenges(value: string): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = []
  let at = 0
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at
    const match = pattern.exec(value)
    if (match) at = pattern.lastIndex
    return match
  }
  while (at < value.length) {
    const current = challenges.at(-1)
    const pair = current && take(parameter)
    if (pair) {
      const [, name = '', quoted, token = ''] = pair
      current.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? token
      continue
    }
    const next = take(scheme)
    if (!next) break
    challenges.push({ scheme: (next[1] ?? '').toLowerCase(), parameters: {} })
  }
  return challenges
}
