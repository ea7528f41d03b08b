import type { Written, WrittenMapping } from '../../../kernel/yaml/index.ts'
import { ownEntries } from './merged.ts'
import { below, type Place } from './place.ts'
import { type TreeOf, takeScalar, utf8Of } from './scalar.ts'

/**
 * Takes the manifest of a Kubernetes Secret as its pods read it: `data` decoded, `stringData` over it
 * (kubernetes.io/docs/concepts/configuration/secret). Says no for every other document, and takes nothing then.
 */
export function kubernetesSecret(
  of: TreeOf,
  document: Written,
  sealed: Written | undefined,
  root: Place,
): boolean {
  if (document.kind !== 'mapping') return false
  if (textAt(document, 'apiVersion') !== 'v1' || textAt(document, 'kind') !== 'Secret') return false
  const parts = ownEntries(document, sealed)
  const entriesOf = (name: string) => {
    const part = parts.find(({ key }) => key === name)
    const entries = part?.value.kind === 'mapping' ? ownEntries(part.value, part.sealed) : []
    return entries.map(entry => ({ ...entry, at: below(below(root, name), entry.key, entry.nth).at }))
  }
  of.gathered.doubt(
    'told',
    `${root.at}kind`,
    'a Kubernetes Secret: data and stringData are taken as its pods read them',
  )
  const plain = entriesOf('stringData')
  const over = new Set(plain.map(({ key }) => key))
  for (const { key, value, sealed: within, at } of entriesOf('data')) {
    if (over.has(key)) of.gathered.doubt('told', at, `${key} is in stringData as well, which counts`)
    else if (value.kind === 'scalar') takeScalar(of, { at, name: key }, value, within, utf8Of)
  }
  for (const { key, value, sealed: within, at } of plain)
    if (value.kind === 'scalar') takeScalar(of, { at, name: key }, value, within)
  return true
}

function textAt({ entries }: WrittenMapping, name: string): string | undefined {
  const value = entries.find(({ key }) => key === name)?.value
  return value?.kind === 'scalar' ? value.text : undefined
}
