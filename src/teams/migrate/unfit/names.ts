import type { Doubt } from '../found.ts'

/** What of a name or a value is in doubt: see {@link Doubt}. */
export type Unfit = Pick<Doubt, 'kind' | 'text'>

// The server's router finds no path whose parameter is longer, as sent; recorded: 255 characters are not found.
const longestInUrl = 100
// Of Infisical's column.
const longest = 255
// Of a key in a Kubernetes Secret or ConfigMap.
const longestKey = 253

/** What becomes of a name: on the server, for an ExternalSecret, as a key in Kubernetes, and in a shell. */
export function unfitName(name: string): Unfit[] {
  const refused = refusal(name)
  if (refused !== undefined) return [{ kind: 'refused', text: `${shown(name)} ${refused}` }]
  const unfound = unaddressed(name)
  const asKey = !isKey(name)
    ? 'is no key of a Kubernetes Secret: an ExternalSecret must give it another one in secretKey, and dataFrom puts _ for what is refused'
    : !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
      ? 'is no name of a variable in a shell: there it is read from a file, or under another name'
      : undefined
  return [
    ...(unfound === undefined ? [] : [{ kind: 'changed', text: `${shown(name)} ${unfound}` } as const]),
    ...(asKey === undefined ? [] : [{ kind: 'told', text: `${shown(name)} ${asKey}` } as const]),
  ]
}

function refusal(name: string): string | undefined {
  if (name.trim() === '') return 'is no name: Infisical wants one that is not empty'
  if (/[:/]/.test(name)) return 'has a : or / in it, which Infisical refuses in names'
  if (name.trim() !== name) return 'begins or ends with a space, which Infisical takes off'
  if (name.includes('\0')) return 'has a NUL in it, which no database keeps'
  if (name.length > longest) return `has ${name.length} characters, and Infisical takes ${longest}`
  if (!name.isWellFormed()) return 'is no Unicode text: Infisical would keep another name'
  return undefined
}

/** Why nobody could ask for it by its name, though it can be written. */
function unaddressed(name: string): string | undefined {
  if (name === '.' || name === '..')
    return 'is a step in a path: no ExternalSecret can ask for it by its name'
  // As go-sdk 0.5.100, which the operator has, puts a name into a URL.
  if (/[?#%]/.test(name))
    return 'has a ?, # or % in it, which External Secrets Operator does not escape: no ExternalSecret can ask for it by its name'
  if (encodeURIComponent(name).length > longestInUrl)
    return `is longer than the ${longestInUrl} characters that the server finds in a URL: no ExternalSecret can ask for it by its name, only dataFrom.find`
  return undefined
}

function isKey(name: string): boolean {
  return name.length <= longestKey && /^[-._a-zA-Z0-9]+$/.test(name) && !/^\.(\.|$)/.test(name)
}

/** A name as it is shown, in quotes where its end is not plain to see. */
export function shown(name: string): string {
  const short = name.length > 60 ? `${name.slice(0, 59)}…` : name
  return /^[^\s"]+$/.test(short) ? short : JSON.stringify(short)
}
