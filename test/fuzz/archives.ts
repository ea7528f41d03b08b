/** Changes the archive around its entries: their order and number, their bytes, and the file as a whole. */
import { entryHeader } from '../../src/kernel/archive/index.ts'
import type { Forgery, Part } from './forge.ts'
import { changeHeader, extension } from './headers.ts'
import { names } from './hostile.ts'
import type { Random } from './random.ts'

type Change = (forgery: Forgery, random: Random) => string

function changePart(forgery: Forgery, random: Random, change: (part: Part) => string): string {
  const at = random.below(forgery.parts.length)
  const found = forgery.parts[at]
  if (found === undefined) return 'no entry'
  const part = { ...found }
  const what = change(part)
  forgery.parts[at] = part
  return what
}

const flipped = (body: Buffer, random: Random): Buffer => {
  const next = Buffer.from(body)
  const at = random.below(next.length)
  if (next.length > 0) next[at] = (next[at] ?? 0) ^ (1 << random.below(8))
  return next
}

/** Changes of entries. Digests are not made to fit here. */
export const entryChanges: readonly Change[] = [
  (forgery, random) => changePart(forgery, random, part => changeHeader(part, random)),
  (forgery, random) => changePart(forgery, random, part => changeHeader(part, random)),
  (forgery, random) => changePart(forgery, random, part => changeHeader(part, random)),
  (forgery, random) => {
    const at = random.below(forgery.parts.length + 1)
    forgery.parts.splice(at, 0, extension(random))
    return 'an extension header'
  },
  (forgery, random) => {
    const [gone] = forgery.parts.splice(random.below(forgery.parts.length), 1)
    return `without ${gone?.name.slice(0, 20)}`
  },
  (forgery, random) => {
    const part = random.maybe(forgery.parts)
    if (part === undefined) return 'no entry'
    const times = random.count(10)
    const at = random.below(forgery.parts.length + 1)
    forgery.parts.splice(at, 0, ...Array<Part>(times).fill(part))
    return `${part.name.slice(0, 20)} ${times} times more`
  },
  (forgery, random) => {
    forgery.parts = forgery.parts
      .map(part => [random.below(1000), part] as const)
      .sort(([a], [b]) => a - b)
      .map(([, part]) => part)
    return 'another order'
  },
  (forgery, random) =>
    changePart(forgery, random, part => {
      part.body = flipped(part.body, random)
      return `a bit of ${part.name.slice(0, 20)}`
    }),
  (forgery, random) =>
    changePart(forgery, random, part => {
      part.body = part.body.subarray(0, random.below(part.body.length + 1))
      return `${part.name.slice(0, 20)} cut short`
    }),
  (forgery, random) => {
    const [one, other] = [random.maybe(forgery.parts), random.maybe(forgery.parts)]
    if (one === undefined || other === undefined) return 'no entry'
    forgery.parts = forgery.parts.map(part =>
      part === one ? { ...one, body: other.body, header: other.header } : part,
    )
    return `${other.name.slice(0, 20)} instead of ${one.name.slice(0, 20)}`
  },
  (forgery, random) => {
    const many = random.count(300)
    const body = Buffer.from('x')
    const added = Array.from({ length: many }, (_, i): Part => {
      const part = { name: 'more', header: entryHeader(`x${i}`, 'file', 1, 0), body }
      if (random.once(2)) changeHeader(part, random)
      return part
    })
    forgery.parts.splice(random.below(forgery.parts.length + 1), 0, ...added)
    return `${many} entries that do not belong`
  },
  (forgery, random) => {
    const name = random.pick(names).replaceAll('\0', '')
    const short = Buffer.byteLength(name) < 100 ? name : 'x'
    forgery.parts.push({ name: short, header: entryHeader(short, 'file', 0, 0), body: Buffer.alloc(0) })
    return 'an entry with a bad name'
  },
]

/** Changes of the finished file. */
export const fileChanges: readonly ((file: Buffer, random: Random) => readonly [Buffer, string])[] = [
  (file, random) => [flipped(file, random), 'a bit'],
  (file, random) => [file.subarray(0, random.below(file.length)), 'cut'],
  (file, random) => [file.subarray(0, 512 * random.below(file.length / 512)), 'cut at a block'],
  (file, random) => [
    Buffer.concat([file, random.pick([random.bytes(700), Buffer.alloc(random.below(20_000)), file])]),
    'more after the end',
  ],
  (file, random) => {
    const at = 512 * random.below(file.length / 512)
    return [
      Buffer.concat([file.subarray(0, at), Buffer.alloc(512 * random.count(30)), file.subarray(at)]),
      'zeros',
    ]
  },
  (file, random) => {
    const [from, to, length] = [random.below(file.length), random.below(file.length), random.below(2000)]
    const next = Buffer.from(file)
    file.copy(next, to, from, from + length)
    return [next, 'a piece copied']
  },
  (file, random) => {
    const at = random.below(file.length)
    return [
      Buffer.concat([file.subarray(0, at), file.subarray(at + random.below(1500))]),
      'a piece taken out',
    ]
  },
  (_, random) => [random.bytes(random.below(3000)), 'noise'],
]
