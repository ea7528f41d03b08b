import { digestOf } from '../../src/kernel/oci/index.ts'
import { budgetSources } from '../../src/site/check/index.ts'
import type { SiteReceipt } from '../../src/site/receipt/index.ts'

const mebibyte = 2 ** 20
const images = [
  'docker.io/infisical/infisical:v0.161.11',
  'ghcr.io/external-secrets/external-secrets:v2.7.0',
  'docker.io/groundnuty/k8s-wait-for:no-root-v2.0',
].map(name => ({ name, digest: digestOf(name) }))
const node = (name: string, ...states: SiteReceipt['nodes'][number]['images'][number]['state'][]) => ({
  ...{ name, architecture: 'amd64', kubelet: 'v1.36.2+k3s1', runtime: 'containerd://2.3.2-k3s1' },
  images: images.map((image, i) => ({ ...image, state: states[i] ?? 'pinned' })),
})
const named = (apiVersion: string, kind: string, ...names: string[]) =>
  names.map(name => ({ apiVersion, kind, name }))
const steps = (
  [
    ['namespaces', 'Make namespaces', 'infisical, external-secrets', 0, 310],
    ['images', 'Load images into containerd', '3 loaded, 0 there before, all pinned', 310, 41_200],
    [
      'database',
      'Prepare database and keys',
      'database infisical created, role infisical created, keys and connection stored',
      ...[320, 1900],
    ],
    ['crds-external-secrets', 'Apply CRDs of external-secrets', '23 applied server-side', 340, 4100],
    [
      'release-external-secrets',
      'Install external-secrets 2.7.0',
      'release external-secrets in external-secrets, revision 1, all pods ready',
      ...[12_600, 27_300],
    ],
    [
      'release-infisical',
      'Install infisical-standalone 1.9.0',
      'release infisical in infisical, revision 1, all pods ready',
      ...[41_510, 38_400],
    ],
    ['bootstrap', 'Set Infisical up', 'organisation Bank, admin ops@bank.example', 79_910, 2100],
    [
      'store',
      'Wire External Secrets Operator to Infisical',
      'ClusterSecretStore infisical-store is ready',
      ...[82_010, 3200],
    ],
    [
      'proof',
      'Prove it: a secret from Infisical to Kubernetes',
      'arrived after 412 ms; changed in Infisical, changed in Kubernetes after 1013 ms',
      ...[85_210, 1600],
    ],
    ['escrow', 'See to the escrow of the keys', 'keys as they are', 86_810, 90],
  ] as const
).map(([id, title, detail, startedAfter, milliseconds]) => ({
  ...{ id, title, skipped: id === 'escrow', detail, startedAfter, milliseconds },
}))
const row = (
  chart: string,
  object: string,
  container: string,
  memory: number,
  cpu: number,
  used: number,
) => ({
  ...{ chart, object, container, memory: memory * mebibyte, cpu },
  field: `${object} spec.template.spec.containers[${container}].resources`,
  limit: { memory: (memory > 500 ? 1000 : 128) * mebibyte },
  observed: { memory: used * mebibyte, cpu: cpu / 8 },
  // What a boot takes beyond its rest.
  peak: Math.round(used * 1.4) * mebibyte,
  ...{ since: '2026-11-30T02:15:10Z', restarts: 0 },
})

/** A receipt as a bank's site gives it: two nodes, ten steps side by side, more used than the budget allows. */
export const sampleReceipt: SiteReceipt = {
  ...{ apiVersion: 'sealift.dev/v1', kind: 'Receipt', site: 'bank-prod' },
  bundle: {
    ...{ name: 'infisical', version: '1.0.0', digest: digestOf('bundle'), key: digestOf('key') },
  },
  proven: '2026-11-30T02:16:34.210Z',
  run: {
    ...{ by: 'root@node-1, process 4711', sealift: '0.1.0', started: '2026-11-30T02:15:07.400Z' },
    steps,
  },
  kubernetes: 'v1.36.2+k3s1',
  nodes: [node('node-1'), node('node-2', 'present', 'untold', 'untold')],
  releases: [
    {
      ...{ release: 'external-secrets', namespace: 'external-secrets', chart: 'external-secrets' },
      ...{ version: '2.7.0', revision: 1 },
      objects: [
        ...named(
          'v1',
          'ServiceAccount',
          'external-secrets',
          'external-secrets-cert-controller',
          'external-secrets-webhook',
        ),
        ...named('v1', 'Secret', 'external-secrets-webhook'),
        ...named('rbac.authorization.k8s.io/v1', 'ClusterRole', 'external-secrets-controller'),
        ...named(
          'apps/v1',
          'Deployment',
          'external-secrets',
          'external-secrets-cert-controller',
          'external-secrets-webhook',
        ),
        ...named(
          'admissionregistration.k8s.io/v1',
          'ValidatingWebhookConfiguration',
          'secretstore-validate',
          'externalsecret-validate',
        ),
      ],
    },
    {
      ...{ release: 'infisical', namespace: 'infisical', chart: 'infisical-standalone' },
      ...{ version: '1.9.0', revision: 1 },
      objects: [
        ...named('v1', 'Service', 'infisical'),
        ...named('apps/v1', 'Deployment', 'infisical'),
        ...named('networking.k8s.io/v1', 'Ingress', 'infisical-ingress'),
      ],
    },
  ],
  budget: {
    budget: { memory: 640 * mebibyte, cpu: 300 },
    declared: { memory: 640 * mebibyte, cpu: 300 },
    observed: { memory: 755 * mebibyte, cpu: 37.5 },
    rows: [
      row('external-secrets', 'Deployment/external-secrets', 'external-secrets', 64, 20, 38),
      row('external-secrets', 'Deployment/external-secrets-cert-controller', 'cert-controller', 32, 15, 27),
      row('external-secrets', 'Deployment/external-secrets-webhook', 'webhook', 32, 15, 22),
      row('infisical-standalone', 'Deployment/infisical', 'infisical', 512, 250, 668),
    ],
    ...{ declaredFits: true, observedFits: false, sources: budgetSources },
  },
  allocatable: { memory: 15_960 * mebibyte, cpu: 8000 },
  audit: { entries: 4, head: digestOf('audit'), whole: true },
  untold: [],
  written: { by: 'root@node-1, process 4802', sealift: '0.1.0', at: '2026-11-30T02:16:35.000Z' },
}

const crds = (...versions: string[]) => ({ 'externalsecrets.external-secrets.io': versions })
const standing = (version: string, ...served: string[]) => ({
  images: images.map(({ name }) => ({ name, digest: digestOf(`${name} ${version}`) })),
  charts: [{ release: 'infisical', chart: 'infisical-standalone', version }],
  crds: crds(...served),
  migrations: { count: Number(version.at(-1)), last: `20261001080000_${version}.mjs` },
  declared: { memory: 640 * mebibyte, cpu: 300 },
})

/** An upgrade to what the sample has, with all that can be told of one. */
export const sampleUpgrade: NonNullable<SiteReceipt['upgrade']> = {
  from: { name: 'infisical', version: '0.9.0', bundle: digestOf('older') },
  to: { name: 'infisical', version: '1.0.0', bundle: digestOf('bundle') },
  ...{ state: 'proven', since: '2026-11-30T02:15:07.400Z', at: '2026-11-30T02:16:34.210Z' },
  ...{ snapshot: 'infisical_before_a1b2', keptUntil: '2026-12-07T02:16:34.210Z', gap: 34.2 },
  reads: { answered: 312, failed: 41, longestGap: 4200 },
  secrets: { compared: 12, changed: 0, lost: 0, untold: 0 },
  archive: {
    ...{ path: '/media/safe/bank-prod.backup.age', digest: '0123456789ab', bytes: 1_200_000 },
    rehearsed: true,
  },
  gaveUp: [],
  before: standing('1.8.0', 'v1', 'v1beta1'),
  after: standing('1.9.1', 'v1'),
}
