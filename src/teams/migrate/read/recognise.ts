import type { SopsFormat } from '../../../kernel/ports/index.ts'
import { parseWritten, parseWrittenJson, type Written } from '../../../kernel/yaml/index.ts'

// What sops adds to a file, in each of its forms (stores/ of sops 3.13.3): a mapping `sops`, a section of that name, or
// names that begin with it, and in there a checksum, a date and sops' version.
const signs = {
  dotenv: { heading: /^/, inside: /^/, signed: /^sops_(?:mac|version)=/ },
  ini: { heading: /^\[sops\]\s*$/, inside: /^[^[]|^$/, signed: /^(?:mac|version|lastmodified)\s*=/ },
  yaml: {
    heading: /^(?:sops|"sops"|'sops'):\s*(?:#.*)?$/,
    inside: /^[\s#-]|^$/,
    signed: /^[ \t]+(?:mac|version|lastmodified):/,
  },
} as const

/**
 * The form of sops that a file is in, by what it says and not by its name; nothing for a file that sops has not
 * encrypted. A JSON file of nothing but a text `data` looks like a binary one, and is taken for one.
 */
export function recognise(text: string): SopsFormat | undefined {
  if (!text.includes('sops')) return undefined
  const json = text.trimStart().startsWith('{') ? jsonOf(text) : undefined
  if (json !== undefined) return isSigned(json) ? (isBinary(json) ? 'binary' : 'json') : undefined
  const forms = ['dotenv', 'ini', 'yaml'] as const
  const open = { dotenv: false, ini: false, yaml: false }
  for (const line of text.split('\n'))
    for (const form of forms) {
      const { heading, inside, signed } = signs[form]
      open[form] = heading.test(line) || (open[form] && inside.test(line))
      if (open[form] && signed.test(line)) return form
    }
  // Written anew by other tools, such as with all that sops adds in one line.
  return hasEncrypted(text) && isSigned(yamlOf(text)) ? 'yaml' : undefined
}

/** Whether there is a value in a text as sops writes them when it encrypts. */
export const hasEncrypted = (text: string): boolean => text.includes('ENC[AES256_GCM,data:')

function yamlOf(text: string): Written | undefined {
  try {
    return parseWritten(text)[0]
  } catch {
    return undefined
  }
}

function jsonOf(text: string): Written | undefined {
  try {
    return parseWrittenJson(text)
  } catch {
    return undefined
  }
}

function isSigned(written: Written | undefined): boolean {
  const added = written && entry(written, 'sops')
  return ['mac', 'version', 'lastmodified'].some(key => added && entry(added, key) !== undefined)
}

function isBinary(json: Written): boolean {
  const data = entry(json, 'data')
  // sops leaves what is empty as it is.
  const text = data?.kind === 'scalar' && data.type === 'text' && /^(?:ENC\[.*,type:str\])?$/s.test(data.text)
  return json.kind === 'mapping' && json.entries.length === 2 && text
}

function entry(written: Written, name: string): Written | undefined {
  if (written.kind !== 'mapping') return undefined
  return written.entries.find(({ key }) => key === name)?.value
}
