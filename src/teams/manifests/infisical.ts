import { printable } from '../../kernel/errors/index.ts'
import { nearest, type ScalarPlace, type YamlPlace } from '../../kernel/yaml/index.ts'
import type { Edit, Instead, Remark, Rewriting } from './found.ts'
import { pairOf, placeAt } from './places.ts'
import { scopeOf } from './scope.ts'
import { instead } from './token.ts'

// Of ESO 0.20.4 to 2.9.0 (apis/externalsecrets/v1/secretsstore_infisical_types.go).
const known = ['auth', 'secretsScope', 'hostAPI', 'caBundle', 'caProvider']
const dated = ['url', 'serviceToken']

/**
 * What becomes of the Infisical provider of a store: `url` is `hostAPI`, and a service token, which ESO has no field
 * for, becomes the credentials of a machine identity. A store without a scope gets the one that is said, or is told.
 */
export function rewriteProvider(text: string, store: YamlPlace, wanted: Instead, kind: string): Rewriting {
  const provider = placeAt(store, 'spec', 'provider', 'infisical')
  if (provider?.kind !== 'mapping') return { edits: [], remarks: [] }
  const edits: Edit[] = []
  const remarks: Remark[] = []
  const left = (at: number, said: string) => remarks.push({ kind: 'left', at, text: said })
  const url = pairOf(provider, 'url')
  const other = pairOf(provider, 'hostAPI')
  if (url !== undefined && other !== undefined)
    left(url.key.start, 'it has url and hostAPI: take url out, v1 has no such field')
  else if (url?.key.kind === 'scalar') edits.push(renamed(text, url.key, 'hostAPI'))
  for (const more of [instead(text, provider, wanted, kind), scopeOf(text, provider, wanted)]) {
    edits.push(...more.edits)
    remarks.push(...more.remarks)
  }
  for (const { key } of provider.pairs) {
    if (key.kind !== 'scalar' || key.value === '<<' || [...known, ...dated].includes(key.value)) continue
    const guess = nearest(key.value, known)
    const advice = guess === undefined ? `it has ${known.join(', ')}` : `${guess} is what it has`
    left(key.start, `provider.infisical.${printable(key.value, 80)}: v1 has no such field; ${advice}`)
  }
  return { edits, remarks }
}

/** A key or value with other words in its place, in the quotes that it has. */
export function renamed(text: string, { start, end, value }: ScalarPlace, name: string): Edit {
  const written = text.slice(start, end)
  const at = written.indexOf(value)
  // Written with escapes: as it reads, quotes and all.
  return at < 0
    ? { start, end, text: JSON.stringify(name) }
    : { start: start + at, end: start + at + value.length, text: name }
}
