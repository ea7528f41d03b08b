import { expect, test } from 'vitest'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { judgeCrds, judgeObjects, judgeOperators } from '../../../../src/site/preflight/index.ts'

const owner = { release: 'external-secrets', namespace: 'external-secrets' }
const helm = (release: string, namespace: string) => ({
  annotations: { 'meta.helm.sh/release-name': release, 'meta.helm.sh/release-namespace': namespace },
})
const ours = { labels: { 'dev.sealift/release': 'external-secrets' } }
const crd = (
  kind: string,
  metadata: object,
  more: { versions?: object[]; stored?: string[] } = {},
): KubernetesObject => ({
  ...kinds.crd,
  metadata: { name: `${kind.toLowerCase()}s.external-secrets.io`, ...metadata },
  spec: {
    group: 'external-secrets.io',
    names: { kind },
    versions: more.versions ?? [{ name: 'v1', served: true, storage: true }],
  },
  status: { storedVersions: more.stored ?? ['v1'] },
})
const deployment = (namespace: string, version?: string): KubernetesObject => ({
  ...kinds.deployment,
  metadata: {
    name: 'external-secrets',
    namespace,
    labels: version === undefined ? {} : { 'app.kubernetes.io/version': version },
  },
})

test('no operator, or only ours', () => {
  expect(judgeOperators([], ['external-secrets'])).toEqual({ result: 'ok', seen: 'none runs here' })
  expect(judgeOperators([deployment('external-secrets', 'v2.9.0')], ['external-secrets'])).toEqual({
    result: 'ok',
    seen: 'only ours: external-secrets v2.9.0 in namespace external-secrets',
  })
})

test('one in another namespace is a fault, with its version', () => {
  const found = judgeOperators(
    [deployment('eso', 'v0.9.20'), deployment('external-secrets')],
    ['external-secrets'],
  )
  expect(found).toMatchObject({
    result: 'fault',
    seen: 'External Secrets Operator runs here already: external-secrets v0.9.20 in namespace eso',
  })
})

test('definitions that are ours, or not there', () => {
  expect(judgeCrds([], owner).result).toBe('ok')
  expect(judgeCrds([crd('SecretStore', ours), crd('ExternalSecret', ours)], owner)).toEqual({
    result: 'ok',
    seen: '2 definitions, ours',
  })
})

test('those of another release are a fault, those of nobody a warning', () => {
  const theirs = crd('SecretStore', helm('eso', 'platform'))
  expect(judgeCrds([theirs], owner)).toMatchObject({
    result: 'fault',
    seen: 'release eso in namespace platform made secretstores.external-secrets.io',
  })
  expect(judgeCrds([crd('SecretStore', {})], owner)).toMatchObject({
    result: 'warning',
    seen: expect.stringContaining("nobody's mark"),
  })
  expect(judgeCrds([theirs, crd('ExternalSecret', {})], owner).result).toBe('fault')
})

test('an operator that serves v1beta1 only is a fault', () => {
  const versions = [
    { name: 'v1alpha1', served: false, storage: false },
    { name: 'v1beta1', served: true, storage: true },
  ]
  const found = judgeCrds([crd('ExternalSecret', ours, { versions, stored: ['v1beta1'] })], owner)
  expect(found).toMatchObject({ result: 'fault', next: expect.stringContaining('0.16') })
  expect(found.seen).toContain('externalsecrets.external-secrets.io is served in v1beta1 only')
  expect(found.seen).toContain('stored as v1beta1')
})

test('objects that are still stored in an older version are stored anew where v1 is what is stored by now', () => {
  const versions = (stored: string) => [
    { name: 'v1beta1', served: true, storage: stored === 'v1beta1' },
    { name: 'v1', served: true, storage: stored === 'v1' },
  ]
  const found = (stored: string) =>
    judgeCrds([crd('SecretStore', ours, { versions: versions(stored), stored: ['v1beta1', stored] })], owner)
  const seen = expect.stringContaining('may hold objects stored as v1beta1')
  expect(found('v1')).toMatchObject({ result: 'warning', seen, next: expect.stringContaining('stored anew') })
  expect(found('v1beta1')).toMatchObject({ result: 'fault', seen, next: expect.stringContaining('0.16') })
})

test('PushSecret and generators have versions of their own', () => {
  const versions = [{ name: 'v1alpha1', served: true, storage: true }]
  expect(judgeCrds([crd('PushSecret', ours, { versions, stored: ['v1alpha1'] })], owner).result).toBe('ok')
})

test('definitions that are being deleted are a fault', () => {
  const going = crd('SecretStore', { ...ours, deletionTimestamp: '2026-11-30T00:00:00Z' })
  expect(judgeCrds([going], owner)).toMatchObject({
    result: 'fault',
    seen: expect.stringContaining('being deleted'),
  })
})

test('objects under the names of a release: free, its own, or somebody else’s', () => {
  const role = (metadata: object) => ({
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' },
    metadata: { name: 'external-secrets-controller', ...metadata },
  })
  expect(judgeObjects([], owner).result).toBe('ok')
  expect(judgeObjects([role(helm('external-secrets', 'external-secrets'))], owner).result).toBe('ok')
  expect(judgeObjects([role(helm('external-secrets', 'platform')), role({})], owner)).toMatchObject({
    result: 'fault',
    seen: "somebody else's are there under its names: ClusterRole external-secrets-controller (release external-secrets in namespace platform), ClusterRole external-secrets-controller (nobody by its marks)",
  })
})
