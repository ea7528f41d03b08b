import { basename, join } from 'node:path'
import { Minimatch } from 'minimatch'
import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Sources } from '../found.ts'
import type { Reading } from './options.ts'

/** What a walk through paths came upon. */
export interface Walked {
  /** Files to look into, as the user would name them, each once. */
  readonly files: readonly string[]
  readonly left: Sources['left']
  /** Patterns that none of what was come upon fits: a slip in one takes what it should leave. */
  readonly unused: readonly string[]
  readonly faults: readonly SealiftError[]
}

/** Folders that nobody keeps secrets of their own in. */
const passedBy = ['.git', 'node_modules']

/**
 * What says whether a pattern means a path: the whole of it, or what it ends in, such as its name; of a file, or of a
 * folder on the way to it. Dots are nothing special.
 */
export function meaning(pattern: string): (path: string) => boolean {
  const wanted = pattern.replace(/^\.\//, '').replace(/(?<=.)\/$/, '')
  const glob = new Minimatch(wanted, { dot: true, nonegate: true, nocomment: true })
  const whole = wanted.startsWith('/')
  return path => {
    const parts = path.split('/').filter(part => part !== '' && part !== '.')
    const ends = parts.map((_, i) => i + 1)
    if (whole)
      return path.startsWith('/') && ends.some(end => glob.match(`/${parts.slice(0, end).join('/')}`))
    return ends.some(end => parts.some((_, i) => i < end && glob.match(parts.slice(i, end).join('/'))))
  }
}

/**
 * All files of paths that a user named; of folders, whatever is in them. A link that was named is followed, and none
 * that lies in a folder.
 */
export async function walk(
  paths: readonly string[],
  { files, signal }: Pick<Reading, 'files' | 'signal'>,
  patterns: readonly string[],
): Promise<Walked> {
  const found = new Map<string, string>()
  const left: { file: string; reason: string }[] = []
  const faults: SealiftError[] = []
  const means = patterns.map(meaning)
  const used = new Set<string>()
  const patternOf = (path: string) => patterns.find((_, i) => means[i]?.(path))

  const visit = async (path: string, real: string, kind: string): Promise<void> => {
    signal?.throwIfAborted()
    const pattern = patternOf(path)
    if (pattern !== undefined) used.add(pattern)
    if (pattern !== undefined) left.push({ file: path, reason: `left alone by the pattern ${pattern}` })
    else if (kind === 'file') found.set(real, found.get(real) ?? path)
    else if (kind === 'link') left.push({ file: path, reason: 'a link, which is not followed' })
    else if (kind !== 'folder') left.push({ file: path, reason: `no file, but a ${kind}` })
    else if (!passedBy.includes(basename(real))) await enter(path, real)
  }
  const enter = async (path: string, real: string): Promise<void> => {
    const entries = await files.entries(real)
    for (const { name, kind } of entries) await attempt(() => visit(join(path, name), join(real, name), kind))
  }
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof SealiftError) || error.code === 'INTERRUPTED') throw error
      faults.push(error)
    }
  }

  for (const path of paths)
    await attempt(async () => {
      const place = await files.follow(path)
      await visit(path, place.path, place.kind)
    })
  return { files: [...found.values()], left, unused: patterns.filter(one => !used.has(one)), faults }
}
