import { count, SealiftError, systemCode } from '../../../kernel/errors/index.ts'
import type { SopsFormat } from '../../../kernel/ports/index.ts'
import type { Doubt, Sources } from '../found.ts'
import { readFile } from './file.ts'
import { type Gathered, gatheredOf, wholeFile } from './gathered.ts'
import type { Reading, ReadOptions } from './options.ts'
import { walk } from './paths.ts'
import { hasEncrypted, recognise } from './recognise.ts'

/** How many files are read at once: each is a sops of its own. */
const atOnce = 4

/**
 * All secrets of files and folders. A file is one of sops by what is in it, whatever its name; the others are left.
 * @param say is told which file is being read
 * @throws SealiftError SOPS_FAILED, or FILE_FAILED where only files are at fault, with a fault for each file;
 *   INTERRUPTED
 */
export async function readSources(
  paths: readonly string[],
  reading: Reading,
  options: ReadOptions = {},
  say: (detail: string) => void = () => {},
): Promise<Sources> {
  const walked = await walk(paths, reading, options.leave ?? [])
  const left = [...walked.left]
  const faults = [...walked.faults]
  const read: (Gathered | undefined)[] = []

  const readOne = async (path: string, index: number): Promise<void> => {
    const looked = await look(path, reading.files)
    if (looked.format === undefined && looked.encrypted) {
      read[index] = gatheredOf(path)
      read[index].doubt('refused', wholeFile, notWhole)
    } else if (looked.format === undefined) left.push({ file: path, reason: looked.reason })
    else
      read[index] = await readFile({ path, encrypted: looked.text, format: looked.format }, reading, options)
  }
  const waiting = walked.files.entries()
  const work = async (): Promise<void> => {
    for (const [index, path] of waiting) {
      reading.signal?.throwIfAborted()
      say(`${index + 1} of ${count(walked.files.length, 'file')}: ${path}`)
      await readOne(path, index).catch((error: unknown) => {
        if (!(error instanceof SealiftError) || error.code === 'INTERRUPTED') throw error
        faults.push(error)
      })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))

  // Ctrl-C reaches sops as well, which may end by it before this does: that is no fault of a file.
  reading.signal?.throwIfAborted()
  if (faults.length > 0) throw together(faults)
  const all = read.filter(one => one !== undefined)
  return {
    found: all.flatMap(({ found }) => found),
    doubts: [...walked.unused.map(unused), ...all.flatMap(({ doubts }) => doubts)],
    left: left.sort((a, b) => (a.file < b.file ? -1 : 1)),
  }
}

const notWhole =
  'it has values that sops has encrypted, and is in none of the forms of sops: it is damaged, such as by a merge, or only about sops'

const unused = (pattern: string): Doubt => ({
  from: { file: pattern, at: '' },
  kind: 'told',
  text: 'no file or folder fits this pattern: nothing is left alone by it',
})

type Looked =
  | { readonly format: SopsFormat; readonly text: string }
  | { readonly format: undefined; readonly reason: string; readonly encrypted?: boolean }

async function look(path: string, files: Reading['files']): Promise<Looked> {
  try {
    const text = await textIn(path, files)
    const format = recognise(text)
    if (format !== undefined) return { format, text }
    return { format, reason: 'not encrypted by sops', encrypted: hasEncrypted(text) }
  } catch (error) {
    if (!(error instanceof SealiftError) || systemErrorOf(error) !== undefined) throw error
    // No text, which sops never writes; or too large to be looked into.
    const what = error.cause === undefined ? 'not looked into' : 'nothing that sops has encrypted'
    return { format: undefined, reason: `${what}: ${error.message}` }
  }
}

/** Bytes that a file may have: ten thousands of secrets are larger than the other files that are read. */
const largest = 64 * 1024 * 1024

async function textIn(path: string, files: Reading['files']): Promise<string> {
  try {
    return await files.readText(path)
  } catch (error) {
    const tooLarge = error instanceof SealiftError && error.cause === undefined
    const text = tooLarge ? await files.readBeside(path, largest) : undefined
    if (text === undefined) throw error
    return text
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

/** Whether a file is one that sops has encrypted. @throws SealiftError FILE_FAILED */
export async function isEncrypted(path: string, files: Reading['files']): Promise<boolean> {
  return (await look(path, files)).format !== undefined
}
