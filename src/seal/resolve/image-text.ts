import { parseReference } from '../../kernel/oci/index.ts'

/**
 * Whether a text is an image name beyond doubt of form: host with a dot or port, repository, and a tag or
 * digest, all written out. `nginx` and `release/v1` are words, not images.
 */
export function isFullImageName(text: string): boolean {
  if (text.length > 400) return false
  const host = text.slice(0, Math.max(0, text.indexOf('/')))
  if (!/[.:]/.test(host) && host !== 'localhost') return false
  const reference = parseReference(text)
  if (reference === undefined) return false
  return reference.digest !== undefined || (reference.tag !== undefined && text.endsWith(`:${reference.tag}`))
}

// What may stand around a name in arguments, scripts, JSON and YAML that is embedded as text.
const between = /[\s"'`,;=()[\]{}<>|\\]+/

/** The full image names within a longer text. */
export function imageNamesIn(text: string): string[] {
  return text.split(between).filter(isFullImageName)
}
