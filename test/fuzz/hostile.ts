/** Values that a stranger would put where a number, a text or a list is expected. */
import { digestOf, mediaTypes } from '../../src/kernel/oci/index.ts'
import type { Random } from './random.ts'

export const numbers = [
  0,
  -1,
  1.5,
  1e15,
  2 ** 53,
  2 ** 63,
  1e300,
  -0,
  8_589_934_592,
  Number.MAX_SAFE_INTEGER,
] as const

export const names = [
  '../../etc/cron.d/x',
  '/etc/passwd',
  'a\u0000b',
  '\u001b[2J\u001b]0;x\u0007',
  'x\ny',
  '\u202etxt.exe',
  'ﬁle-ö-日本',
  '\ud800',
  '\\..\\x',
  '.',
  '..',
  '',
  ' ',
  '__proto__',
  'constructor',
  'x'.repeat(300),
  `${'../'.repeat(40)}x`,
  'C:\\x',
  'blobs/sha256/../../x',
  'oci-layout',
  'index.json',
  'manifest.json',
] as const

const words = [
  ...names,
  ...Object.values(mediaTypes),
  'docker.io/lab/x:1',
  'docker.io/infisical/infisical:v0.165.8',
  `docker.io/lab/x@${digestOf('x')}`,
  'linux',
  'arm64',
  'linux/arm64',
  digestOf(''),
  digestOf('absent'),
  `sha256:${'A'.repeat(64)}`,
  `sha512:${'a'.repeat(128)}`,
  '9.9.9',
  '2',
  'text/plain',
  'https://evil.example/x',
] as const

/** Field names that mean something to one reader or another. */
const keys = [
  '__proto__',
  'constructor',
  'toString',
  'manifests',
  'layers',
  'config',
  'mediaType',
  'artifactType',
  'platform',
  'annotations',
  'urls',
  'data',
  'subject',
  'size',
  'digest',
  '\u001b[31m',
  'org.opencontainers.image.title',
  'org.opencontainers.image.ref.name',
  'dev.sealift.format',
] as const

export const hostileKey = (random: Random): string => random.pick(keys)
export const hostileText = (random: Random): string =>
  random.once(60)
    ? random.pick(['y', '\u0007', '日', '["']).repeat(random.count(100_000))
    : random.pick(words)

/** Any JSON value; deep, wide or long ones seldom. */
export function hostileValue(random: Random): unknown {
  switch (random.below(9)) {
    case 0:
      return random.pick([null, true, false, [], {}, [[]], [null], { '': 0 }])
    case 1:
    case 2:
      return random.pick(numbers)
    case 3:
      return nested(random.count(100))
    case 4:
      return Array.from({ length: random.count(3000) }, () => random.pick([0, null, 'x', {}]))
    case 5:
      return Object.fromEntries(
        Array.from({ length: random.count(3000) }, (_, i) => [`${hostileKey(random)}${i}`, i]),
      )
    case 6:
      return { [hostileKey(random)]: hostileText(random) }
    default:
      return hostileText(random)
  }
}

function nested(depth: number): unknown {
  let value: unknown = 0
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value }
  return value
}
