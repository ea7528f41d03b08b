import { createHash } from 'node:crypto'
import { blockSize, paddedSize, readHeader } from '../../kernel/archive/index.ts'
import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Bytes } from '../wire/index.ts'
import { entries, entriesBefore, mostOf, partName, partSize } from './format.ts'

/** Takes what is in an archive, in its order. */
export interface Taker {
  /** An entry before the dump, whole. */
  readonly entry?: (name: string, bytes: Uint8Array) => void
}

/**
 * Reads an archive to its end, and gives the bytes of the dump on the way. Strict: entries, their order and their sums are
 * what Sealift writes, or it ends. What was given before that is not proven: read it whole once before anything is done
 * with it. `where` names it. @throws SealiftError BACKUP_INVALID, and what `plain` throws
 */
export async function* dumpIn(plain: Bytes, where: string, taker: Taker = {}): Bytes {
  const invalid = (fault: string) =>
    new SealiftError('BACKUP_INVALID', printable(`${where} is no whole backup: ${fault}`), {
      hints: ['take another copy of it; its name ends in the beginning of its sha256'],
    })
  const from = reader(plain, () => invalid('it ends too soon'))
  const sums: string[] = []
  let part = 0
  for (let n = 0; ; n++) {
    const header = readHeader(await from.exactly(blockSize))
    if (header.kind !== 'file')
      throw invalid(header.kind === 'fault' ? header.message : `entry ${n + 1} is no file`)
    const { name, size } = header
    const expected = entriesBefore[n]
    const last = expected === undefined && part > 0 && name === entries.sums
    if (!last && name !== (expected ?? partName(part + 1)))
      throw invalid(`${name} is where ${expected ?? partName(part + 1)} should be`)
    if (size > (expected === undefined && !last ? partSize : mostOf(name)) || (size === 0 && !last))
      throw invalid(`${name} has ${size} bytes`)
    const padding = paddedSize(size) - size
    if (expected !== undefined || last) {
      const bytes = await from.exactly(size)
      await from.zeros(padding, () => invalid(`${name} is followed by what is no padding`))
      if (last) {
        if (bytes.toString('latin1') !== sums.join('')) throw invalid('its sums are those of other entries')
        break
      }
      sums.push(`${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`)
      taker.entry?.(name, bytes)
      continue
    }
    const hash = createHash('sha256')
    for await (const bytes of from.upTo(size)) {
      hash.update(bytes)
      yield bytes
    }
    await from.zeros(padding, () => invalid(`${name} is followed by what is no padding`))
    sums.push(`${hash.digest('hex')}  ${name}\n`)
    part += 1
  }
  const after = () => invalid('something follows its end')
  await from.zeros(2 * blockSize, after)
  if (!(await from.isEnd())) throw after()
}

function reader(plain: Bytes, ended: () => SealiftError) {
  const source = plain[Symbol.asyncIterator]()
  let held: Uint8Array = new Uint8Array()
  const more = async () => {
    while (held.length === 0) {
      const { done, value } = await source.next()
      if (done) return false
      held = value
    }
    return true
  }
  async function* upTo(size: number): Bytes {
    for (let left = size; left > 0; ) {
      if (!(await more())) throw ended()
      const some = held.subarray(0, left)
      held = held.subarray(some.length)
      left -= some.length
      yield some
    }
  }
  const exactly = async (size: number) => {
    const parts: Uint8Array[] = []
    for await (const some of upTo(size)) parts.push(some)
    return Buffer.concat(parts)
  }
  return {
    upTo,
    exactly,
    async zeros(size: number, otherwise: () => SealiftError) {
      if ((await exactly(size)).some(byte => byte !== 0)) throw otherwise()
    },
    isEnd: async () => !(await more()),
  }
}
