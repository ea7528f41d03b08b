import { SealiftError } from '../../../kernel/errors/index.ts'
import type { Written, WrittenMapping } from '../../../kernel/yaml/index.ts'
import { kubernetesSecret } from './kubernetes-secret.ts'
import { ownEntries } from './merged.ts'
import { below, type Place, rootOf } from './place.ts'
import { type TreeOf, takeScalar } from './scalar.ts'

/** Most values that one file may stand for: with aliases a few lines can stand for billions. */
const mostValues = 100_000

/** What {@link takeDocuments} is told: the documents as they are decrypted, and as they lie in the file. */
export interface Documents extends TreeOf {
  readonly file: string
  readonly documents: readonly (Written | undefined)[]
  readonly encrypted: readonly (Written | undefined)[]
}

/**
 * Takes every value of every document. Lists and mappings become names joined with `_`: `db.password` is `db_password`,
 * the first of `hosts` is `hosts_0`.
 * @throws SealiftError SOPS_FAILED for a file that stands for too many values
 */
export function takeDocuments(of: Documents): void {
  const { gathered, documents, encrypted, file } = of
  let values = 0
  const take = (node: Written, sealed: Written | undefined, place: Place): void => {
    if (++values > mostValues)
      throw new SealiftError('SOPS_FAILED', `${file}: it stands for more than ${mostValues} values`)
    if (node.kind === 'scalar') takeScalar(of, place, node, sealed)
    else if (node.kind === 'list') takeItems(node.items, sealed, place)
    else takeEntries(node, sealed, place)
  }
  const takeItems = (items: readonly Written[], sealed: Written | undefined, place: Place): void => {
    const sealedItems = sealed?.kind === 'list' ? sealed.items : []
    if (items.length === 0)
      gathered.doubt('told', place.at, `${place.name} is an empty list: nothing is taken`)
    for (const [i, item] of items.entries()) take(item, sealedItems[i], below(place, i))
  }
  const takeEntries = (node: WrittenMapping, sealed: Written | undefined, place: Place): void => {
    if (node.entries.length === 0 && place.name !== '')
      gathered.doubt('told', place.at, `${place.name} is an empty mapping: nothing is taken`)
    for (const entry of ownEntries(node, sealed)) {
      const at = below(place, entry.key, entry.nth)
      if (of.form === 'hcl' && entry.key.startsWith('${')) {
        gathered.doubt('refused', at.at, `a key in ${place.name} is computed, which no file of values may`)
        continue
      }
      if (entry.merged) gathered.doubt('told', at.at, `${at.name} comes from another mapping, by a merge key`)
      if (entry.nth > 1)
        gathered.doubt('changed', at.at, `${at.name} is there again: most applications read the last`)
      take(entry.value, entry.sealed, at)
    }
  }

  const full = documents.filter(document => document !== undefined).length
  if (full > 1)
    gathered.doubt(
      'told',
      'document 2',
      `${full} documents are in this file, and all are read; other tools read the first`,
    )
  for (const [i, document] of documents.entries()) {
    if (document === undefined || (document.kind === 'scalar' && document.type === 'null')) continue
    if (!kubernetesSecret(of, document, encrypted[i], rootOf(i))) take(document, encrypted[i], rootOf(i))
  }
}
