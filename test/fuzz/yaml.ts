/** Changes the lock and the spec: YAML that is valid but too much, or means something else than it seems to. */
import { type Forgery, marks, partsWith, replace } from './forge.ts'
import { hostileText } from './hostile.ts'
import type { Random } from './random.ts'

const laughs = (random: Random) => {
  const [levels, width] = [1 + random.below(9), 1 + random.below(9)]
  const lines = Array.from(
    { length: levels },
    (_, i) =>
      `a${i}: &a${i} [${Array(width)
        .fill(i === 0 ? 'ha' : `*a${i - 1}`)
        .join(', ')}]`,
  )
  return `${lines.join('\n')}\n`
}

/** Lines that are put between others. */
const lines: readonly ((random: Random) => string)[] = [
  laughs,
  random => `images: [${'0,'.repeat(random.count(30_000))}0]\n`,
  random => `charts: ${'['.repeat(random.count(200))}\n`,
  random => `x: "${'y'.repeat(random.count(200_000))}"\n`,
  random => `${Array.from({ length: random.count(3000) }, (_, i) => `k${i}: ${i}`).join('\n')}\n`,
  () => '__proto__: {platforms: []}\n',
  () => 'constructor: {prototype: {x: 1}}\n',
  () => '<<: {kind: Other}\n',
  () => 'm: &m {a: 1}\nn: {<<: [*m, *m]}\n',
  () => 'charts: &c [*c]\n',
  () => '? [a, b]\n: c\n',
  () => '? {a: b}\n: c\n',
  () => 'x: !!js/function "function () {}"\n',
  () => 'x: !!binary aGk=\n',
  () => 'x: !<tag:yaml.org,2002:set> {a}\n',
  () => '---\n',
  () => '...\n',
  () => '%YAML 9.9\n---\n',
  () => '\t- [\n',
  () => 'x: 0x7fffffffffffffffffff\ny: .inf\nz: .nan\n',
  () => `x: 1${'0'.repeat(400)}\n`,
  random => `${JSON.stringify(hostileText(random))}: ${JSON.stringify(hostileText(random))}\n`,
]

/** A line that means something else than it seems to, or a lot. */
export const hostileLine = (random: Random): string => random.pick(lines)(random)

/** Values that take another's place. */
const values: readonly ((random: Random) => string)[] = [
  random => JSON.stringify(hostileText(random)),
  () => '[]',
  () => '{}',
  () => '~',
  () => '1e15',
  () => '-1',
  () => '1.5',
  () => '"\\e[31mred"',
  () => '"a\\nb"',
  () => '&a x',
  () => '*a',
  () => '!!str 1',
  () => '|\n      x',
  random => `[${'"x",'.repeat(random.count(2000))}"x"]`,
]

/** Changes a line of the lock or the spec. */
export function changeYaml(forgery: Forgery, random: Random): string {
  const part = random.maybe(partsWith(forgery, random.once(4) ? marks.spec : marks.lock))
  if (part === undefined) return 'no YAML'
  const text = part.body.toString().split('\n')
  const at = random.below(text.length)
  const line = text[at] ?? ''
  switch (random.below(6)) {
    case 0:
      text.splice(at, 1)
      break
    case 1:
      text.splice(at, 0, line)
      break
    case 2: {
      const extra = random.pick(lines)(random)
      text.splice(random.once(2) ? text.length : at, 0, extra.trimEnd())
      break
    }
    case 3: {
      const [one, other] = [random.below(text.length), random.below(text.length)]
      ;[text[one], text[other]] = [text[other] ?? '', text[one] ?? '']
      break
    }
    default:
      text[at] = line.replace(
        /: ?.*$|- [^:]*$/,
        found => `${found.slice(0, 1)} ${random.pick(values)(random)}`,
      )
  }
  const next = text.join('\n')
  replace(forgery, part, Buffer.from(random.once(20) ? `\ufeff${next}` : next))
  return `YAML line ${at}`
}
