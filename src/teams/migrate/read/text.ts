import { basename } from 'node:path'
import { parseDocuments } from './documents.ts'
import { takeDotenv } from './dotenv.ts'
import { type Gathered, wholeFile } from './gathered.ts'
import { parseHcl } from './hcl.ts'
import { takeIni } from './ini.ts'
import type { ReadOptions, TextForm } from './options.ts'
import { meaning } from './paths.ts'
import { textOf } from './scalar.ts'
import { takeDocuments } from './tree.ts'

/** What is said in a file's name of its being encrypted. */
const saidEncrypted = ['enc', 'encrypted', 'sops']

const nameOf = (path: string): string => {
  const parts = basename(path).split('.')
  return parts.filter((part, i) => i === 0 || !saidEncrypted.includes(part.toLowerCase())).join('.')
}

/** By its name, what the text in a file is. */
function formOf(path: string): TextForm {
  const name = nameOf(path).toLowerCase()
  if (name.endsWith('.json')) return 'json'
  if (/\.tfvars(?:\.|$)/.test(name)) return 'hcl'
  if (/^\.env(?:\.|$)|\.env$/.test(name)) return 'dotenv'
  if (/\.ya?ml$/.test(name)) return 'yaml'
  return name.endsWith('.ini') ? 'ini' : 'whole'
}

const forms = { yaml: 'YAML', json: 'JSON', dotenv: 'dotenv', ini: 'INI', hcl: 'HCL' } as const

/**
 * Takes the text of a file that sops has encrypted as bytes, for what its name or a pattern says that it is; what is
 * none of the known forms is one secret, the whole text, named after the file.
 * @throws SealiftError SOPS_FAILED for a text that is not what its name says
 */
export async function takeText(
  bytes: Uint8Array,
  path: string,
  gathered: Gathered,
  options: ReadOptions,
): Promise<void> {
  const text = textOf(bytes)
  if (text === undefined) {
    gathered.doubt(
      'refused',
      wholeFile,
      'it is made of bytes that are no UTF-8 text: it cannot be kept as a secret',
    )
    return
  }
  const asked = options.readAs?.find(({ pattern }) => meaning(pattern)(path))?.form
  const form = asked ?? formOf(path)
  const plain = text.replace(/^\uFEFF/, '')
  if (form === 'whole') return takeWhole(text, path, gathered)
  if (form === 'dotenv') takeDotenv(plain, { gathered, options, encrypted: undefined })
  else if (form === 'ini') takeIni(plain, { gathered, options, encrypted: undefined })
  else {
    // A JSON file of nothing but a text `data` looks like one that was encrypted as bytes.
    if (form === 'json' && path.toLowerCase().endsWith('.json') && !/^\s*[[{]/.test(plain))
      return gathered.take('data', 'data', text)
    const documents =
      form === 'hcl'
        ? [await parseHcl(plain, path)]
        : parseDocuments(plain, form, `${path}, in what it holds`)
    if (documents.every(document => document?.kind !== 'mapping')) return takeWhole(text, path, gathered)
    takeDocuments({ form, sealed: false, gathered, options, file: path, documents, encrypted: [] })
  }
  const why = asked === undefined ? 'by its name' : 'as asked'
  gathered.doubt(
    'told',
    wholeFile,
    `sops took it for bytes; what is in there is read as ${forms[form]}, ${why}`,
  )
}

function takeWhole(text: string, path: string, gathered: Gathered): void {
  const name = nameOf(path)
  gathered.take(wholeFile, name, text)
  gathered.doubt('told', wholeFile, `${name} is the whole file, with its line ends`)
}
