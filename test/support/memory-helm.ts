/** A helm for the cluster in memory: it renders charts that are functions, and keeps its records in the cluster. */
import { SealiftError } from '../../src/kernel/errors/index.ts'
import {
  type KubernetesObject,
  kinds,
  type Release,
  type ReleaseStatus,
  type TemporaryHelm,
  type Values,
} from '../../src/kernel/ports/index.ts'
import { parseManifests, printYaml } from '../../src/kernel/yaml/index.ts'
import { ownObjects } from '../../src/site/release/index.ts'
import type { MemoryCluster } from './memory-cluster.ts'
import { isNamespaced } from './memory-kinds.ts'

/** What a chart renders to, by its values. */
export type MemoryChart = (values: Readonly<Record<string, unknown>>) => readonly KubernetesObject[]

/** A helm, and what it was told to do: `upgrade NAME`, `rollback NAME REVISION`, `uninstall NAME`. */
export interface MemoryHelm extends TemporaryHelm {
  readonly calls: string[]
  /** Releases whose pods do not come up: an upgrade of one fails at its end. */
  readonly broken: Set<string>
}

const recordOf = (release: string, revision: number) => `sh.helm.release.v1.${release}.v${revision}`

const titleOf = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.name}`

const readValues = (values: Values): readonly unknown[] =>
  values instanceof Uint8Array ? parseManifests(Buffer.from(values).toString('utf8')) : [values]

/** `charts` by the name of their release. Values are merged at the top level only. */
export function memoryHelm(
  cluster: MemoryCluster,
  charts: Readonly<Record<string, MemoryChart>>,
): MemoryHelm {
  const calls: string[] = []
  const broken = new Set<string>()
  const render = ({ release, values }: Release) => {
    const objects = charts[release]?.(Object.assign({}, ...values.flatMap(readValues))) ?? []
    return objects.map(object => `---\n${printYaml(object)}`).join('')
  }
  async function status(
    release: string,
    namespace: string,
    revision?: number,
  ): Promise<ReleaseStatus | undefined> {
    if (revision !== undefined) {
      const one = await cluster.get(kinds.secret, recordOf(release, revision), namespace)
      return one?.['data'] as ReleaseStatus | undefined
    }
    const records = await cluster.list(kinds.secret, namespace, `owner=helm,name=${release}`)
    const found = records.map(({ data }) => data as unknown as ReleaseStatus)
    return found.sort((a, b) => b.revision - a.revision)[0]
  }
  /** Another revision of a release, and its objects on the cluster. */
  async function made(
    { release, namespace }: Pick<Release, 'release' | 'namespace'>,
    content: Pick<ReleaseStatus, 'chart' | 'version' | 'manifest'>,
    before: number,
    end: 'deployed' | 'failed' = 'deployed',
  ): Promise<ReleaseStatus> {
    const revision = before + 1
    const record = (status: string) => {
      const labels = { owner: 'helm', name: release, status, version: String(revision) }
      const metadata = { name: recordOf(release, revision), namespace, labels }
      return { ...kinds.secret, metadata, data: { ...content, revision, status } }
    }
    // As helm does: whoever kills it in the middle leaves this.
    await cluster.applyAs('helm', record(before === 0 ? 'pending-install' : 'pending-upgrade'))
    for (const object of ownObjects(content.manifest, { release, namespace })) {
      const place = isNamespaced(object, cluster.objects()) ? { namespace } : {}
      await cluster.applyAs('helm', { ...object, metadata: { ...place, ...object.metadata } })
    }
    await cluster.applyAs('helm', record(end))
    if (end === 'deployed') return record(end).data
    throw new SealiftError('HELM_FAILED', `helm failed while installing ${release} in ${namespace}`)
  }
  return {
    ...{ calls, broken },
    status,
    template: async request => render(request),
    render: async request => render(request),
    async upgrade(request) {
      const { release, chart } = request
      calls.push(`upgrade ${release}`)
      const [, name = '', version = ''] = /([^/]*)-(\d[^/]*)\.tgz$/.exec(chart) ?? []
      const before = (await status(release, request.namespace))?.revision ?? 0
      const content = { chart: name, version, manifest: render(request) }
      return await made(request, content, before, broken.has(release) ? 'failed' : 'deployed')
    },
    async rollback({ release, namespace, revision }) {
      calls.push(`rollback ${release} ${revision}`)
      const [now, then] = [await status(release, namespace), await status(release, namespace, revision)]
      if (now === undefined || then === undefined) throw new Error(`no revision ${revision} of ${release}`)
      const gone = ownObjects(now.manifest, { release, namespace })
      const back = await made({ release, namespace }, then, now.revision)
      const kept = new Set(ownObjects(then.manifest, { release, namespace }).map(titleOf))
      for (const object of gone.filter(one => !kept.has(titleOf(one))))
        await cluster.delete(object, object.metadata.name, object.metadata.namespace ?? namespace)
      return back
    },
    async uninstall(release, namespace) {
      calls.push(`uninstall ${release}`)
      const found = await status(release, namespace)
      if (found === undefined) return
      for (const object of ownObjects(found.manifest, { release, namespace }))
        await cluster.delete(object, object.metadata.name, object.metadata.namespace ?? namespace)
      for (let at = found.revision; at > 0; at--)
        await cluster.delete(kinds.secret, recordOf(release, at), namespace)
    },
    dispose: async () => {},
  }
}
