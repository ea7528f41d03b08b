import { SealiftError } from '../../../kernel/errors/index.ts'
import type { SopsFormat } from '../../../kernel/ports/index.ts'
import type { Written } from '../../../kernel/yaml/index.ts'
import { parseDocuments } from './documents.ts'
import { takeDotenv } from './dotenv.ts'
import { type Gathered, gatheredOf, wholeFile } from './gathered.ts'
import { takeIni } from './ini.ts'
import { mergingAs } from './merged.ts'
import type { Reading, ReadOptions } from './options.ts'
import { textOf } from './scalar.ts'
import { takeText } from './text.ts'
import { takeDocuments } from './tree.ts'

/** One file that sops has encrypted in a form; `encrypted` is its text. */
interface SopsFile {
  readonly path: string
  readonly encrypted: string
  readonly format: SopsFormat
}

/** @throws SealiftError SOPS_FAILED, INTERRUPTED */
export async function readFile(file: SopsFile, reading: Reading, options: ReadOptions): Promise<Gathered> {
  const { path, encrypted, format } = file
  const bytes = await reading.sops.decrypt(path, format, { signal: reading.signal })
  const gathered = gatheredOf(path)
  if (format === 'binary') {
    await takeText(bytes, path, gathered, options)
    return gathered
  }
  const text = textOf(bytes)
  if (text === undefined) throw new SealiftError('SOPS_FAILED', `${path}: what it holds is no UTF-8 text`)
  if (format === 'dotenv') takeDotenv(text, { gathered, options, encrypted })
  else if (format === 'ini') takeIni(text, { gathered, options, encrypted })
  else return readTree({ ...file, format, text }, reading, options)
  return gathered
}

interface TreeFile extends SopsFile {
  readonly format: 'yaml' | 'json'
  readonly text: string
}

// Ends of lines in YAML 1.1, and so to sops, which breaks lines there without a line feed; not so in YAML 1.2.
const olderBreaks = /[\u0085\u2028\u2029]/

/**
 * In YAML sops gives some texts as null (of several lines, with a tab first) and others as no reader of YAML 1.2 takes
 * them (with U+2028), seen with 3.13.3. In JSON it has both, but of the first document only.
 */
async function readTree(file: TreeFile, reading: Reading, options: ReadOptions): Promise<Gathered> {
  const { path, format, text } = file
  const encrypted = parseDocuments(file.encrypted, format, path)
  const take = (documents: readonly (Written | undefined)[]) => {
    const [gathered, withheld] = [gatheredOf(path), [] as string[]]
    takeDocuments({
      form: format,
      sealed: true,
      gathered,
      options,
      file: path,
      documents,
      encrypted,
      withheld,
    })
    return { gathered, withheld }
  }
  const broken = format === 'yaml' && olderBreaks.test(text)
  const taken = broken ? undefined : take(parseDocuments(text, format, path))
  if (taken !== undefined && (taken.withheld.length === 0 || encrypted.length > 1)) return taken.gathered
  if (encrypted.length > 1)
    throw new SealiftError('SOPS_FAILED', `${path}: ${unreadable}`, { hints: [apart] })

  const bytes = await reading.sops.decrypt(path, format, { as: 'json', signal: reading.signal })
  const [document] = parseDocuments(textOf(bytes) ?? '', 'json', path)
  const { gathered } = take([document && mergingAs(document, encrypted[0])])
  gathered.doubt(
    'told',
    wholeFile,
    'it has a text that sops gives in JSON only, and may lose when the file is edited: read as JSON',
  )
  return gathered
}

const unreadable = 'it has several documents, and in one a line that ends in U+0085, U+2028 or U+2029'
const apart =
  'such a text sops gives in JSON only, and of the first document: give each document a file of its own'
