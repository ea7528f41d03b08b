import { isMapping } from '../../kernel/objects/index.ts'
import { parseManifests } from '../../kernel/yaml/index.ts'

/**
 * The documents that a text is: YAML or JSON, each a mapping or a list; or one mapping, where every line sets something
 * (`KEY=value`, TOML's and INI's `key = "value"` below `[section]`). None for any other text, and for one without a word
 * that an image could stand behind, unless it is `said` to be about one.
 */
export function documentsIn(text: string, said: boolean): unknown[] {
  if (!said && !/image|img|repository|container/i.test(text)) return []
  // A flag may have a document as its value.
  const bare = text.replace(/^--?[\w.-]+=(?=[{[])/, '')
  return yamlIn(bare) ?? settingsIn(bare)
}

function yamlIn(text: string): unknown[] | undefined {
  try {
    const documents = parseManifests(text, { perhaps: true })
    return documents.length > 0 && documents.every(isStructure) ? documents : undefined
  } catch {
    return undefined
  }
}

const isStructure = (value: unknown): boolean => Array.isArray(value) || isMapping(value)

// What ends a line for YAML or a regular expression may stand within a value.
const setting = /^(?:export\s+)?(\w[\w./-]*)\s*=(.*)$/s
const quoted = /^"([^"]*)"$|^'([^']*)'$/

function settingsIn(text: string): Record<string, string>[] {
  const lines = text.split('\n').map(line => line.trim())
  // One line by itself is a word of a command as well.
  if (lines.length === 1) return []
  const found: [string, string][] = []
  const titles = new Map<string, number>()
  let section = ''
  for (const line of lines) {
    if (line === '' || /^[#;]/.test(line)) continue
    const title = /^\[+([^\][]*)\]+$/.exec(line)?.[1]
    const [, key, rest = ''] = setting.exec(line) ?? []
    if (title === undefined && key === undefined) return []
    if (title !== undefined) {
      const before = titles.get(title) ?? 0
      titles.set(title, before + 1)
      section = before === 0 ? `${title}/` : `${title}[${before}]/`
    }
    if (key === undefined) continue
    const value = rest.trim()
    const [, double, single] = quoted.exec(value) ?? []
    found.push([`${section}${key}`, double ?? single ?? value])
  }
  return found.length > 0 ? [Object.fromEntries(found)] : []
}
