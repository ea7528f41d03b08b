/** A small bundle that is valid in every part, made in memory: real layers, a chart, a spec, a lock, a tool. */
import { gzipSync } from 'node:zlib'
import {
  type BundleContents,
  type BundlePlan,
  lockTitle,
  planBundle,
  specTitle,
} from '../../src/bundle/layout/index.ts'
import type { BundleLock } from '../../src/bundle/lock/index.ts'
import {
  annotations,
  canonicalJson,
  type Descriptor,
  type Digest,
  digestOf,
  mediaTypes,
} from '../../src/kernel/oci/index.ts'
import { printYaml } from '../../src/kernel/yaml/index.ts'
import { type BlobStore, blobStore, tarOf } from './sample-blobs.ts'
import { type ImageOptions, makeImages } from './sample-images.ts'

export { sampleImages } from './sample-images.ts'

/** What can be varied. */
export interface SampleOptions extends ImageOptions {
  /** bundle.yaml; one with a name alone when left out. */
  readonly spec?: string
  /** Names of its charts, `demo` alone when left out; each is in a release and a namespace of its name. */
  readonly charts?: readonly string[]
  /** Changes the lock before it goes into the bundle. */
  readonly lock?: (lock: BundleLock) => unknown
  /** Changes the contents before the plan is made. */
  readonly contents?: (contents: BundleContents) => BundleContents
}

/** The sample: what went in, its plan, the blobs that would be fetched, and the finished file. */
export interface SampleBundle {
  readonly contents: BundleContents
  readonly plan: BundlePlan
  readonly lock: BundleLock
  readonly blobs: ReadonlyMap<Digest, Uint8Array>
  readonly file: Buffer
}

/** Makes the sample bundle. The same options give the same bytes. */
export function sampleBundle(options: SampleOptions = {}): SampleBundle {
  const platform = `linux/${options.architecture ?? 'amd64'}` as const
  const made = blobStore()
  const { blobs, store } = made
  const { images, attachments, locked } = makeImages(made, options)

  const charts = (options.charts ?? ['demo']).map(name => makeChart(made, name))
  const script = `#!/bin/sh\necho ${options.seed ?? 'sample'}\n`
  const tool = store(gzipSync(tarOf({ 'linux-amd64/helm': script })), mediaTypes.bundleTool)
  const content = ({ digest, size }: Descriptor) => ({ digest, size })
  const named = 'apiVersion: sealift.dev/v1\nkind: Bundle\nmetadata: {name: sample, version: 1.0.0}\n'
  const { spec = named } = options
  const reasons = [
    { chart: 'demo', object: 'Deployment/demo', field: 'spec.template.spec.containers[0].image' },
  ]
  const lock: BundleLock = {
    apiVersion: 'sealift.dev/v1',
    kind: 'BundleLock',
    metadata: { name: 'sample', version: '1.0.0' },
    platforms: [platform],
    kubernetes: '1.36.0',
    files: [{ path: specTitle, digest: digestOf(spec) }],
    charts: charts.map(({ name, manifest, package: { digest, size } }) => ({
      ...{ name, version: '1.2.3', release: name, namespace: name },
      source: `oci://registry.example/charts/${name}`,
      manifest: { digest: digestOf(manifest), size: manifest.length },
      package: { digest, size },
    })),
    images: locked.map(image => ({ ...image, reasons })),
    tools: [
      {
        name: 'helm',
        version: '4.1.4',
        platform,
        source: 'path',
        content: content(tool),
        member: 'linux-amd64/helm',
      },
    ],
    suspects: [],
    budget: { memory: '640Mi', cpu: '300m', declared: { memory: 0, cpu: 0 }, containers: [] },
  }
  const lockText = printYaml(options.lock?.(lock) ?? lock, { sorted: true })
  const toolNotes = {
    [annotations.toolName]: 'helm',
    [annotations.toolVersion]: '4.1.4',
    [annotations.toolPlatform]: platform,
    [annotations.toolMember]: 'linux-amd64/helm',
  }
  const whole: BundleContents = {
    images,
    charts: charts.map(({ name, manifest }) => ({ name, version: '1.2.3', manifest })),
    files: [
      { title: specTitle, mediaType: mediaTypes.bundleSpec, bytes: Buffer.from(spec) },
      { title: lockTitle, mediaType: mediaTypes.bundleLock, bytes: Buffer.from(lockText) },
      { title: 'budget.json', mediaType: mediaTypes.bundleBudget, bytes: Buffer.from('{}') },
      {
        title: 'tools/helm.tar.gz',
        mediaType: mediaTypes.bundleTool,
        content: content(tool),
        annotations: toolNotes,
      },
    ],
    blobs: charts.map(({ config }) => config),
    ...(options.attachments ? { attachments } : {}),
  }
  const contents = options.contents?.(whole) ?? whole
  const plan = planBundle(contents, 0)
  return { contents, plan, lock, blobs, file: finished(plan, blobs) }
}

function makeChart({ store }: BlobStore, name: string) {
  const files = { [`${name}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: 1.2.3\n` }
  const layer = store(gzipSync(tarOf(files)), mediaTypes.helmChart)
  const config = Buffer.from(`{"apiVersion":"v2","name":"${name}","version":"1.2.3"}`)
  const described = { mediaType: mediaTypes.helmConfig, digest: digestOf(config), size: config.length }
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: described, layers: [layer] }
  return { name, config, package: layer, manifest: Buffer.from(canonicalJson(manifest)) }
}

/** The file that a plan describes, put together without any of the code that fetches. */
export function finished(plan: BundlePlan, blobs: ReadonlyMap<Digest, Uint8Array>): Buffer {
  const file = Buffer.alloc(plan.size)
  for (const { bytes, offset } of plan.pieces) file.set(bytes, offset)
  for (const { digest, offset } of plan.wanted) file.set(blobs.get(digest) ?? new Uint8Array(), offset)
  return file
}
