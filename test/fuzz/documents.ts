/** Sound documents of registries, repositories and charts, for changes of their fields. */
import { digestOf, hexOf, mediaTypes } from '../../src/kernel/oci/index.ts'

const notes = { 'org.opencontainers.image.title': 'x' }
const blob = (content: string, mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip') => ({
  mediaType,
  digest: digestOf(content),
  size: content.length,
})
const amd64 = { os: 'linux', architecture: 'amd64', variant: '', 'os.version': '1', features: ['x'] }

/** An image's config (image-spec v1.1, config.md). */
export const config = {
  ...{ created: '2026-01-01T00:00:00Z', author: 'x', os: 'linux', architecture: 'amd64', variant: '' },
  config: { User: '1', Env: ['A=b'], Labels: { 'org.opencontainers.image.licenses': 'MIT' }, Volumes: {} },
  rootfs: { type: 'layers', diff_ids: [digestOf('layer')] },
  history: [{ created_by: 'x', empty_layer: true }],
}

/** A manifest with this config. */
export const manifestOf = (text: string) => ({
  schemaVersion: 2,
  mediaType: mediaTypes.ociManifest,
  config: blob(text, 'application/vnd.oci.image.config.v1+json'),
  layers: [{ ...blob('layer'), annotations: notes, urls: ['https://x.example'] }, blob('other')],
  subject: blob('subject', mediaTypes.ociManifest),
  artifactType: 'application/x',
  annotations: notes,
})

/** An index of this manifest, of one for another platform, and of an attestation. */
export const indexOf = (text: string) => ({
  schemaVersion: 2,
  mediaType: mediaTypes.ociIndex,
  manifests: [
    { ...blob(text, mediaTypes.ociManifest), platform: amd64, annotations: notes },
    {
      ...blob('arm', mediaTypes.ociManifest),
      platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
    },
    {
      ...blob('attestation', mediaTypes.ociManifest),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': digestOf(text),
      },
    },
  ],
  annotations: notes,
})

/** A registry's list of what is attached to a manifest. */
export const referrers = {
  ...{ schemaVersion: 2, mediaType: mediaTypes.ociIndex, annotations: notes },
  manifests: [
    { ...blob('a', mediaTypes.ociManifest), artifactType: 'application/x', annotations: notes },
    { ...blob('b', mediaTypes.ociManifest), artifactType: 'application/y' },
  ],
}

/** A registry's list of tags. */
export const tags = { name: 'lab/x', tags: ['1.0.0', '1.1.0', 'latest'] }

/** A token server's answer. */
export const token = {
  ...{ token: 'abc', access_token: 'abc', expires_in: 300, issued_at: '2026-01-01T00:00:00Z' },
  ...{ scope: 'pull', refresh_token: 'r' },
}

/** The package that the repository's index names. */
export const packageText = 'a packed chart'

/** A Helm repository's index. */
export const chartIndex = {
  apiVersion: 'v1',
  generated: '2026-01-01T00:00:00Z',
  entries: {
    one: [
      { name: 'one', version: '1.3.0', urls: ['one-1.3.0.tgz'], digest: 'x', appVersion: '3' },
      {
        ...{ name: 'one', version: '1.2.3', appVersion: '2', description: 'x', created: '2026-01-01' },
        ...{ urls: ['one-1.2.3.tgz'], digest: hexOf(digestOf(packageText)), keywords: ['a'] },
        ...{ maintainers: [{ name: 'x', email: 'x@y.example' }], dependencies: [{ name: 'two' }] },
      },
    ],
    two: [{ name: 'two', version: '2.0.0', urls: ['two.tgz'], annotations: { a: 'b' } }],
  },
}

/** A chart's Chart.yaml. */
export const chartYaml = {
  ...{ apiVersion: 'v2', name: 'one', version: '1.2.3', appVersion: '2', type: 'application' },
  ...{ description: 'x', home: 'https://x.example', icon: 'x', deprecated: false, kubeVersion: '>=1.30' },
  ...{ keywords: ['a', 'b'], sources: ['https://x.example'], maintainers: [{ name: 'x', url: 'y' }] },
  dependencies: [{ name: 'two', version: '2', repository: 'https://x.example', tags: ['x'], alias: 'three' }],
  annotations: { 'helm.sh/images': '- image: docker.io/lab/x:1\n', other: 'x' },
}

const resources = { requests: { memory: '64Mi', cpu: '50m' }, limits: { memory: '128Mi', cpu: 1 } }
const container = {
  ...{ name: 'app', image: 'docker.io/lab/app:1', command: ['run'], resources, restartPolicy: 'Always' },
  args: ['--helper-image=docker.io/lab/helper:1', '--image', 'docker.io/lab/other:2'],
  env: [{ name: 'RELATED_IMAGE_X', value: 'docker.io/lab/related:3' }],
  ports: [{ name: 'http', containerPort: 80 }],
}
const metadata = {
  ...{ name: 'app', namespace: 'apps', labels: { app: 'x' } },
  annotations: { 'helm.sh/hook': 'pre-install', note: 'uses docker.io/lab/note:1' },
}
const pod = {
  ...{
    containers: [container],
    initContainers: [{ ...container, name: 'init' }],
    overhead: { memory: '1Mi' },
  },
  volumes: [{ name: 'v', image: { reference: 'docker.io/lab/volume:1' } }],
  ephemeralContainers: [{ name: 'debug', image: 'docker.io/lab/debug:1' }],
}

/** What a chart renders to: a list, with one of each kind that is looked into. */
export const rendered = {
  ...{ apiVersion: 'v1', kind: 'List' },
  items: [
    {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { ...metadata, annotations: {} } },
      spec: {
        ...{ replicas: 2, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } } },
        template: { metadata, spec: pod },
      },
    },
    {
      ...{ apiVersion: 'batch/v1', kind: 'Job', metadata },
      spec: { parallelism: 1, template: { spec: pod } },
    },
    {
      ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata },
      spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'app' } },
    },
    { ...{ apiVersion: 'v1', kind: 'Secret', metadata }, data: { a: 'YQ==' }, stringData: { b: 'x' } },
    { ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata }, data: { text: 'docker.io/lab/text:1' } },
  ],
}

/** A registries.yaml as K3s reads it. */
export const registries = {
  mirrors: {
    'docker.io': { endpoint: ['https://mirror.example/v2'], rewrite: { '^library/(.*)': 'hub/$1' } },
    '*': { endpoint: ['http://other.example'] },
  },
  configs: {
    'mirror.example': {
      auth: { username: 'u', password: 'p', auth: 'dTpw', identity_token: '', token: '' },
      tls: { ca_file: 'ca.pem', cert_file: 'c.pem', key_file: 'k.pem', insecure_skip_verify: false },
    },
  },
}
