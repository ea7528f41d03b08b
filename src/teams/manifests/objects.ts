import { storeName } from '../../kernel/access/index.ts'
import { printable } from '../../kernel/errors/index.ts'
import type { YamlPlace } from '../../kernel/yaml/index.ts'
import type { Edit, Instead, Remark, Rewriting } from './found.ts'
import { renamed, rewriteProvider } from './infisical.ts'
import { below, objectsIn, placeAt, scalarAt, textAt } from './places.ts'

/** The group of External Secrets Operator's kinds. */
export const group = 'external-secrets.io'
/** Kinds that v1beta1 and v1 have, alike but for what v1 has more (deploy/crds/bundle.yaml of ESO 0.20.4). */
export const movedKinds = ['SecretStore', 'ClusterSecretStore', 'ExternalSecret', 'ClusterExternalSecret']
const ofAlpha = ['PushSecret', 'ClusterPushSecret']

const isOurs = (kind: string) => movedKinds.includes(kind.replace(/List$/, ''))

/** What becomes of the objects of a document. */
export function rewriteDocument(text: string, document: YamlPlace, wanted: Instead): Rewriting {
  const all = objectsIn(document).map(object => rewriteObject(text, object, wanted))
  return {
    edits: all.flatMap(({ edits }) => edits),
    remarks: [...all.flatMap(({ remarks }) => remarks), ...selectorsIn(document)],
  }
}

function rewriteObject(text: string, object: YamlPlace, wanted: Instead): Rewriting {
  const apiVersion = scalarAt(object, 'apiVersion')
  const kind = textAt(object, 'kind') ?? ''
  const [of, version] = apiVersion?.value.split('/') ?? []
  if (apiVersion === undefined || of !== group || version === undefined) return { edits: [], remarks: [] }
  const said = (text: string): Rewriting => ({
    edits: [],
    remarks: [{ kind: 'left', at: apiVersion.start, text }],
  })
  if (ofAlpha.includes(kind) && version !== 'v1alpha1')
    return said(`${kind} is of ${group}/v1alpha1, and never was of ${printable(version, 40)}: write that`)
  if (!isOurs(kind)) return { edits: [], remarks: [] }
  if (version === 'v1alpha1')
    return said(
      `${kind} of v1alpha1 is older than what can be rewritten: dataFrom[].key is dataFrom[].extract.key since v1beta1, and templates are of engine v2; change it by hand, to ${group}/v1`,
    )
  if (version !== 'v1beta1' && version !== 'v1') return { edits: [], remarks: [] }
  const raised: Edit[] = version === 'v1' ? [] : [renamed(text, apiVersion, `${group}/v1`)]
  const more = [
    ...(kind.endsWith('Store') ? [rewriteProvider(text, object, wanted, kind)] : []),
    ...(kind.endsWith('ExternalSecret') ? [rewriteTemplate(text, object, kind)] : []),
  ]
  const edits = [...raised, ...more.flatMap(({ edits }) => edits)]
  const isSealifts = kind === 'ClusterSecretStore' && textAt(object, 'metadata', 'name') === storeName
  const own = `sealift install makes ClusterSecretStore ${storeName} itself: apply no other of this name`
  return {
    edits,
    remarks: [
      ...more.flatMap(({ remarks }) => remarks),
      ...(isSealifts && edits.length > 0 ? [{ kind: 'told', at: apiVersion.start, text: own } as const] : []),
    ],
  }
}

/** Templates of engine v1, which is gone: without a template in it v2 makes the same. */
function rewriteTemplate(text: string, object: YamlPlace, kind: string): Rewriting {
  const spec = kind === 'ExternalSecret' ? ['spec'] : ['spec', 'externalSecretSpec']
  const template = placeAt(object, ...spec, 'target', 'template')
  const engine = scalarAt(template, 'engineVersion')
  if (template === undefined || engine?.value !== 'v1') return { edits: [], remarks: [] }
  const isPlain =
    placeAt(template, 'templateFrom') === undefined &&
    !text.slice(template.start, template.end).includes('{{')
  if (isPlain) return { edits: [renamed(text, engine, 'v2')], remarks: [] }
  const how =
    'engineVersion v1 is gone: write v2, in which values are texts (take "| toString" and "| toBytes" out; other functions have other names) and look at what the template makes'
  return { edits: [], remarks: [{ kind: 'left', at: engine.start, text: how }] }
}

/** What selects objects by the old version, as a patch of kustomize does: it would find them no more. */
function selectorsIn(document: YamlPlace): Remark[] {
  return below(document).flatMap(place => {
    const version = scalarAt(place, 'version')
    if (version?.value !== 'v1beta1' || textAt(place, 'group') !== group) return []
    const how = `this selects objects of ${group} by version v1beta1, which they have no more: write v1`
    return [{ kind: 'left', at: version.start, text: how } as const]
  })
}
