import { count, SealiftError, systemCode } from '../../../kernel/errors/index.ts'
import type { SopsFormat } from '../../../kernel/ports/index.ts'
import type { Sources } from '../found.ts'
import { readFile } from './file.ts'
import type { Gathered } from './gathered.ts'
import type { Reading, ReadOptions } from './options.ts'
import { walk } from './paths.ts'
import { recognise } from './recognise.ts'

/** How many files are read at once: each is a sops of its own. */
const atOnce = 4

/**
 * All secrets of files and folders. A file is one of sops by what is in it, whatever its name; the others are left.
 * @throws SealiftError SOPS_FAILED, or FILE_FAILED where only files are at fault, with a fault for each file;
 *   INTERRUPTED
 */
export async function readSources(
  paths: readonly string[],
  reading: Reading,
  options: ReadOptions = {},
): Promise<Sources> {
  const walked = await walk(paths, reading, options.leave ?? [])
  const left = [...walked.left]
  const faults = [...walked.faults]
  const read: (Gathered | undefined)[] = []

  const readOne = async (path: string, index: number): Promise<void> => {
    const looked = await look(path, reading)
    if (looked.format === undefined) left.push({ file: path, reason: looked.reason })
    else
      read[index] = await readFile({ path, encrypted: looked.text, format: looked.format }, reading, options)
  }
  const waiting = walked.files.entries()
  const work = async (): Promise<void> => {
    for (const [index, path] of waiting) {
      reading.signal?.throwIfAborted()
      await readOne(path, index).catch((error: unknown) => {
        if (!(error instanceof SealiftError) || error.code === 'INTERRUPTED') throw error
        faults.push(error)
      })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))

  if (faults.length > 0) throw together(faults)
  const all = read.filter(one => one !== undefined)
  return {
    found: all.flatMap(({ found }) => found),
    doubts: all.flatMap(({ doubts }) => doubts),
    left: left.sort((a, b) => (a.file < b.file ? -1 : 1)),
  }
}

type Looked =
  | { readonly format: SopsFormat; readonly text: string }
  | { readonly format: undefined; readonly reason: string }

async function look(path: string, { files }: Reading): Promise<Looked> {
  try {
    const text = await files.readText(path)
    const format = recognise(text)
    return format === undefined ? { format, reason: 'not encrypted by sops' } : { format, text }
  } catch (error) {
    // Too large, or no text: sops has not written it.
    if (!(error instanceof SealiftError) || systemErrorOf(error) !== undefined) throw error
    return { format: undefined, reason: `nothing that sops has encrypted: ${error.message}` }
  }
}

/** The system's own error code; Node's for bytes that are no text is none. */
function systemErrorOf({ cause }: SealiftError): string | undefined {
  const code = systemCode(cause)
  return code?.startsWith('ERR_') === true ? undefined : code
}

/** One error that tells of all of them, each fault once. */
function together(faults: readonly SealiftError[]): SealiftError {
  const [first] = faults
  const messages = [...new Set(faults.map(({ message }) => message))].sort()
  if (first !== undefined && messages.length === 1) return first
  const code = faults.every(fault => fault.code === 'FILE_FAILED') ? 'FILE_FAILED' : 'SOPS_FAILED'
  return new SealiftError(code, `${count(messages.length, 'file')} could not be read`, {
    faults: messages,
    hints: [...new Set(faults.flatMap(({ hints }) => hints))].slice(0, 12),
  })
}
