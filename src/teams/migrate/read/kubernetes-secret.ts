import type { Written, WrittenMapping } from '../../../kernel/yaml/index.ts'
import { type OwnEntry, ownEntries } from './merged.ts'
import { below, type Place } from './place.ts'
import { type TreeOf, takeScalar, utf8Of } from './scalar.ts'

/**
 * Takes the manifest of a Kubernetes Secret as its pods read it: `data` decoded, `stringData` over it
 * (kubernetes.io/docs/concepts/configuration/secret); also each in a List. Says no for every other document, and takes
 * nothing then.
 */
export function kubernetesSecret(
  of: TreeOf,
  document: Written,
  sealed: Written | undefined,
  root: Place,
): boolean {
  if (document.kind !== 'mapping') return false
  const kind = textAt(document, 'apiVersion') === 'v1' ? textAt(document, 'kind') : undefined
  const parts = ownEntries(document, sealed)
  if (kind === 'List' || kind === 'SecretList') return takeList(of, parts, root)
  if (kind !== 'Secret') return false
  const entriesOf = (name: string) => {
    const part = parts.find(({ key }) => key === name)
    const entries = part?.value.kind === 'mapping' ? ownEntries(part.value, part.sealed) : []
    return entries.map(entry => ({ ...entry, at: below(below(root, name), entry.key, entry.nth).at }))
  }
  of.gathered.doubt(
    'told',
    below(root, 'kind').at,
    'a Kubernetes Secret: data and stringData are taken as its pods read them',
  )
  const plain = entriesOf('stringData')
  const over = new Set(plain.map(({ key }) => key))
  for (const { key, value, sealed: within, at } of entriesOf('data')) {
    if (over.has(key)) of.gathered.doubt('told', at, `${key} is in stringData as well, which counts`)
    else if (value.kind === 'scalar') takeScalar(of, { at, name: key }, value, within, utf8Of)
    else of.gathered.doubt('refused', at, `${key} ${noText}`)
  }
  for (const { key, value, sealed: within, at } of plain)
    if (value.kind === 'scalar') takeScalar(of, { at, name: key }, value, within)
    else of.gathered.doubt('refused', at, `${key} ${noText}`)
  return true
}

const noText = 'is a list or a mapping, which no Secret may have there: Kubernetes refuses it as well'

/** Takes the Secrets of a list; what else is in it is left out, and told. Says no where there is none. */
function takeList(of: TreeOf, parts: readonly OwnEntry[], root: Place): boolean {
  const items = parts.find(({ key }) => key === 'items')
  if (items?.value.kind !== 'list') return false
  const sealed = items.sealed?.kind === 'list' ? items.sealed.items : []
  const taken = items.value.items.map((item, i) => {
    const { at } = below(below(root, 'items'), i)
    return { at, is: kubernetesSecret(of, item, sealed[i], { at, name: '' }) }
  })
  if (taken.every(({ is }) => !is)) return false
  for (const { at, is } of taken)
    if (!is) of.gathered.doubt('told', at, 'it is no Kubernetes Secret in a list of those: left out')
  return true
}

function textAt({ entries }: WrittenMapping, name: string): string | undefined {
  const value = entries.find(({ key }) => key === name)?.value
  return value?.kind === 'scalar' ? value.text : undefined
}
