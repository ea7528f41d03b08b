/** Tar headers that say something else than they should; POSIX ustar and pax, GNU tar manual "Basic Tar Format". */
import { entryHeader } from '../../src/kernel/archive/index.ts'
import type { Part } from './forge.ts'
import { hostileText, names } from './hostile.ts'
import type { Random } from './random.ts'

const types = [...'01234567xgLKSDMNVAX', '\0', ' ', '\u00ff']

/** Sets the checksum to what it should be. */
export function sealed(header: Buffer): Buffer {
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

/** A size in base 256, as GNU tar writes what does not fit; negative ones as two's complement. */
function base256(size: bigint): Buffer {
  const field = Buffer.alloc(12)
  for (let i = 11, rest = size; i >= 0; i--, rest >>= 8n) field[i] = Number(rest & 0xffn)
  field[0] = size < 0n ? 0xff : 0x80
  return field
}

const sizeFields: readonly ((size: number, random: Random) => Buffer)[] = [
  (size, random) => Buffer.from(`${(size + random.below(2000) - 1000).toString(8).padStart(11, '0')} `),
  size => Buffer.from(`${size.toString(8).padStart(11, '0')}\0`),
  size => Buffer.from(`${size.toString(8)} `.padEnd(12)),
  size => Buffer.from(` ${size.toString(8).padStart(10, ' ')}\0`),
  size => base256(BigInt(size)),
  () => base256(1_000_000_000_000_000n),
  () => base256(2n ** 53n),
  () => base256(2n ** 53n - 1n),
  () => base256(2n ** 63n - 512n),
  () => base256(2n ** 80n),
  () => base256(-1n),
  () => base256(-512n),
  () => Buffer.from('-0000000512 '),
  () => Buffer.from('77777777777 '),
  () => Buffer.from('99999999999 '),
  () => Buffer.alloc(12),
  () => Buffer.alloc(12, 0xff),
  (_, random) => random.bytes(12),
]

const changes: Readonly<Record<string, (header: Buffer, part: Part, random: Random) => void>> = {
  type: (header, _, random) => header.write(random.pick(types), 156, 'latin1'),
  size: (header, { body }, random) => random.pick(sizeFields)(body.length, random).copy(header, 124),
  name: (header, _, random) => header.fill(0, 0, 100).write(random.pick(names), 0, 100),
  'text after the name': (header, { name }, random) =>
    header.write(random.pick(['x', '/../x']), Math.min(name.length + 1, 94)),
  prefix: (header, _, random) =>
    header.write(random.pick(['x', '..', '/etc', hostileText(random)]), 345, 155),
  link: (header, _, random) => header.write(random.pick(names), 157, 100),
  owner: (header, _, random) =>
    header.write(random.pick(['root', '0000001', '7777777']), random.pick([108, 116, 265, 297])),
  mode: (header, _, random) => header.write(random.pick(['0004755', '0000777', '       ']), 100),
  time: (header, _, random) => random.pick(sizeFields)(1, random).copy(header, 136),
  magic: (header, _, random) =>
    header.write(random.pick(['ustar  \0', '\0\0\0\0\0\0\0\0', 'ustar\0' + '99']), 257, 'latin1'),
  'any byte': (header, _, random) => header.set([random.below(256)], random.below(512)),
}

/** Changes one header; the checksum is made to fit most times. */
export function changeHeader(part: Part, random: Random): string {
  const what = random.pick(Object.keys(changes))
  const header = Buffer.from(part.header)
  changes[what]?.(header, part, random)
  part.header = random.once(8) ? header : sealed(header)
  return `header of ${part.name.slice(0, 20)}: ${what}`
}

/** An entry that describes the next one, and could give it another name or size to some readers. */
export function extension(random: Random): Part {
  const record = (text: string) => {
    const length = text.length + 3
    return `${length >= 10 ? length : ` ${length}`} ${text}\n`
  }
  const [type, body] = random.pick([
    ['x', record(`path=${random.pick(names)}`)],
    ['x', record(`size=${random.pick(['0', '1e15', '-1', 'Infinity', '0.5', '999'])}`)],
    ['x', `${record('GNU.sparse.major=1')}${record('GNU.sparse.realsize=1000000000000000')}`],
    ['x', record('linkpath=/etc/shadow')],
    ['x', '99999999999 path=x\n'],
    ['g', record('path=/etc/passwd')],
    ['g', record(`size=${random.below(2000)}`)],
    ['L', `${random.pick(names)}\0`],
    ['K', '/etc/shadow\0'],
    ['S', '\0'.repeat(random.below(600))],
  ] as const)
  const bytes = Buffer.from(body)
  const header = entryHeader('././@LongLink', 'file', bytes.length, 0)
  header.write(type, 156, 'latin1')
  return { name: `(${type})`, header: sealed(header), body: bytes }
}
