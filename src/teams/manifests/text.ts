import { isDeepStrictEqual } from 'node:util'
import { fieldsOf, isMapping, type Mapping } from '../../kernel/objects/index.ts'
import { parseManifests, syntaxFault, type YamlPlace, yamlPlaces } from '../../kernel/yaml/index.ts'
import { edited, unifiedDiff } from './diff.ts'
import type { Edit, Instead, Note, Remark } from './found.ts'
import { type Lines, linesOf } from './lines.ts'
import { movedKinds, rewriteDocument } from './objects.ts'
import { below } from './places.ts'
import { secretPlaces } from './secret-places.ts'

/** What becomes of one text. */
export interface Rewritten {
  /** The text as it is to be; absent where nothing is to be changed. */
  readonly text?: string
  readonly diff: string
  readonly changes: number
  readonly notes: readonly Note[]
}

const mentions = /external-secrets\.io\/v1(?:alpha1|beta1)\b|\bserviceToken\b|external-secrets\.io/

/**
 * Rewrites the objects of External Secrets Operator in a text of manifests; every other character stays. What is said
 * of a text names it as `where`.
 */
export function rewriteText(where: string, text: string, wanted: Instead, isTemplate = false): Rewritten {
  if (!mentions.test(text)) return nothing()
  const lines = linesOf(text)
  const lineAt = lines.at
  const noted = (remark: Remark): Note => ({
    ...{ where, line: lineAt(remark.at) + 1 },
    ...{ kind: remark.kind, text: remark.text },
  })
  const left = (said: string, at = firstOld(text)): Rewritten =>
    nothing([noted({ kind: 'left', at: Math.max(0, at), text: said })])
  const isOld = firstOld(text) >= 0
  const ofHelm = () =>
    isOld
      ? left('a template of Helm, which only Helm can read: write external-secrets.io/v1 here by hand')
      : nothing()
  if (isTemplate || namesHelm(text)) return ofHelm()
  let places: YamlPlace[]
  let before: unknown[]
  try {
    before = parseManifests(text)
    places = yamlPlaces(text)
  } catch (error) {
    // In a text that is YAML they stand in a value, which External Secrets Operator fills.
    if (hasActions(text)) return ofHelm()
    const templated = text.includes('{{') ? ', as a template is not' : ''
    return isOld ? left(`${syntaxFault(error, false)}${templated}: change it by hand`) : nothing()
  }
  if (places.flatMap(below).some(place => place.kind === 'mapping' && text.startsWith('{{', place.start)))
    return isOld ? left('a template, which only its own program can read: change it by hand') : nothing()
  if (before.some(isSealed))
    return isOld
      ? left('sops has signed what is in this file, and would not open it again: change it with sops edit')
      : nothing()
  const all = places.map(document => rewriteDocument(text, document, wanted))
  const edits = distinct(all.flatMap(({ edits }) => edits))
  const remarks = all.flatMap(({ remarks }) => remarks)
  const after = edited(text, edits)
  if (!isSame(before, after))
    return left(
      'an anchor or a merge key shares what is to be changed with something else: change it by hand',
    )
  const notes = [
    ...remarks,
    ...otherMentions(text, edits, new Set(remarks.map(({ at }) => lineAt(at))), lines),
  ]
    .toSorted((a, b) => a.at - b.at)
    .map(noted)
  if (edits.length === 0) return nothing(notes)
  const diff = unifiedDiff(where, text, edits, places.flatMap(secretPlaces))
  return { text: after, diff, changes: edits.length, notes }
}

/** Whether sops keeps a checksum of all values of a document, of those in clear too. */
const isSealed = (document: unknown) => fieldsOf(fieldsOf(document)['sops'])['mac'] !== undefined

const nothing = (notes: readonly Note[] = []): Rewritten => ({ diff: '', changes: 0, notes })

const firstOld = (text: string) => text.search(/external-secrets\.io\/v1(?:alpha1|beta1)\b|\bserviceToken\b/)

/** Whether a text says by itself that Helm fills it: ESO's own templates know no such names. */
const namesHelm = (text: string) =>
  /\{\{[^}\n]{0,200}\.(?:Values|Release|Chart|Capabilities|Files)\b/.test(text)

/** Whether a line of it is for a template's program. */
const hasActions = (text: string) => /^[ \t]*\{\{-?[ \t]*(?:if|with|range|include|define|end)\b/m.test(text)

function distinct(edits: readonly Edit[]): Edit[] {
  const byPlace = new Map(edits.map(edit => [`${edit.start} ${edit.end}`, edit]))
  return [...byPlace.values()].sort((a, b) => a.start - b.start || a.end - b.end)
}

/** Whether a text says what it said, but for what may be rewritten. */
function isSame(before: readonly unknown[], text: string): boolean {
  try {
    return isDeepStrictEqual(before.map(leveled), parseManifests(text).map(leveled))
  } catch {
    return false
  }
}

/** A document without the difference between what may be rewritten and what that becomes. */
function leveled(document: unknown): unknown {
  if (!isMapping(document)) return document
  const { apiVersion, kind, items } = document
  const plain =
    Array.isArray(items) && String(kind).endsWith('List')
      ? { ...document, items: items.map(leveled) }
      : document
  const [group, version] = String(apiVersion).split('/')
  const ours = group === 'external-secrets.io' && movedKinds.includes(String(kind).replace(/List$/, ''))
  if (!ours || (version !== 'v1' && version !== 'v1beta1')) return plain
  return { ...plain, apiVersion: 'v1', spec: leveledSpec(fieldsOf(plain['spec'])) }
}

function leveledSpec(spec: Mapping): Mapping {
  const leveledTarget = (of: Mapping): Mapping => {
    const template = fieldsOf(of['target'])['template']
    if (!isMapping(template)) return of
    return {
      ...of,
      target: { ...fieldsOf(of['target']), template: { ...template, engineVersion: undefined } },
    }
  }
  const inner = isMapping(spec['externalSecretSpec'])
    ? { ...spec, externalSecretSpec: leveledTarget(spec['externalSecretSpec']) }
    : leveledTarget(spec)
  const { infisical, ...others } = fieldsOf(spec['provider'])
  if (!isMapping(infisical)) return inner
  const { url, hostAPI, auth: _auth, serviceToken: _token, secretsScope: _scope, ...rest } = infisical
  return { ...inner, provider: { ...others, infisical: { ...rest, hostAPI: hostAPI ?? url } } }
}

// Whoever has more of them has seen what it is about.
const mostMentions = 50

/** Where a text says the old version and no object of it does, nor a line that is told of: in a comment it does no harm. */
function otherMentions(
  text: string,
  edits: readonly Edit[],
  told: ReadonlySet<number>,
  { starts, at: lineAt }: Lines,
): Remark[] {
  const known = new Set(edits.map(({ start }) => start))
  const found = [...text.matchAll(/external-secrets\.io\/v1beta1\b/g)]
  const others = found.filter(({ index }) => {
    const line = lineAt(index)
    if (known.has(index) || told.has(line)) return false
    const before = text.slice(Math.max(starts[line] ?? 0, index - 1000), index)
    return !/(?:^|\s)#/.test(before)
  })
  const how = 'external-secrets.io/v1beta1 stands here, in what is no object of its own: look at it'
  return others.slice(0, mostMentions).map(({ index }) => ({ kind: 'told', at: index, text: how }))
}
