import { SealiftError } from '../../../kernel/errors/index.ts'
import type { SopsFormat } from '../../../kernel/ports/index.ts'
import { parseWritten, parseWrittenJson, syntaxFault, type Written } from '../../../kernel/yaml/index.ts'
import { takeDotenv } from './dotenv.ts'
import { type Gathered, gatheredOf } from './gathered.ts'
import { takeIni } from './ini.ts'
import type { Reading, ReadOptions } from './options.ts'
import { textOf } from './scalar.ts'
import { takeText } from './text.ts'
import { takeDocuments } from './tree.ts'

/**
 * All that is in one file that sops has encrypted in this form; `encrypted` is its text.
 * @throws SealiftError SOPS_FAILED, INTERRUPTED
 */
export async function readFile(
  path: string,
  encrypted: string,
  format: SopsFormat,
  { sops, signal }: Pick<Reading, 'sops' | 'signal'>,
  options: ReadOptions,
): Promise<Gathered> {
  const gathered = gatheredOf(path)
  const bytes = await sops.decrypt(path, format, signal)
  if (format === 'binary') {
    await takeText(bytes, path, gathered, options)
    return gathered
  }
  const text = textOf(bytes)
  if (text === undefined) throw new SealiftError('SOPS_FAILED', `${path}: what it holds is no UTF-8 text`)
  if (format === 'dotenv') takeDotenv(text, { gathered, options, encrypted })
  else if (format === 'ini') takeIni(text, { gathered, options, encrypted })
  else {
    const [documents, before] = [text, encrypted].map(one => parsed(one, format, path))
    takeDocuments({
      ...{ form: format, sealed: true, gathered, options, file: path },
      ...{ documents: documents ?? [], encrypted: before ?? [] },
    })
  }
  return gathered
}

function parsed(text: string, format: 'yaml' | 'json', path: string): (Written | undefined)[] {
  try {
    return format === 'yaml' ? parseWritten(text) : [parseWrittenJson(text)]
  } catch (error) {
    const fault = format === 'yaml' ? syntaxFault(error, false) : 'not readable as JSON'
    throw new SealiftError('SOPS_FAILED', `${path}: ${fault}`)
  }
}
