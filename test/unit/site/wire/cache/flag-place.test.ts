import { expect, test } from 'vitest'
import { SealiftError } from '../../../../../src/kernel/errors/index.ts'
import { type KubernetesObject, kinds, Secret } from '../../../../../src/kernel/ports/index.ts'
import { askCache } from '../../../../../src/site/wire/index.ts'
import type { MemoryCluster } from '../../../../support/memory-cluster.ts'
import { cacheOf, rejection, siteCluster } from '../memory.ts'

const definition: KubernetesObject = {
  ...kinds.crd,
  metadata: { name: 'dragonflies.dragonflydb.io' },
  spec: {
    ...{ group: 'dragonflydb.io', scope: 'Namespaced' },
    ...{ names: { kind: 'Dragonfly' }, versions: [{ name: 'v1alpha1' }] },
  },
}
const dragonfly = (name: string, args?: readonly string[]): KubernetesObject => ({
  ...{ ...kinds.dragonfly, metadata: { name, namespace: 'databases' } },
  spec: { replicas: 1, ...(args ? { args } : {}) },
})
const service = (metadata: object = {}, selector: object = {}): KubernetesObject => ({
  ...{ ...kinds.service, metadata: { name: 'dragonfly', namespace: 'databases', ...metadata } },
  spec: { selector },
})
const info = 'redis_version:7.4.0\r\ndragonfly_version:df-v1.38.0\r\nmaxmemory_policy:noeviction\r\n'
const strict = { INFO: info, SELECT: 'OK', DBSIZE: 0, EVAL: new Error('ERR undeclared key') }

/** What a check of such a Dragonfly says to do. */
async function hints(cluster: MemoryCluster, answers: Record<string, unknown> = strict) {
  cluster.behaviour.services = { 'databases/dragonfly:6379': { host: '127.0.0.1', port: 1 } }
  const cache = { open: async () => cacheOf(answers) }
  const url = new Secret('redis://dragonfly.databases.svc:6379/3')
  return (await rejection(askCache({ cluster, namespace: 'infisical', cache }, url))).hints.join()
}

const added =
  'dragonfly-operator takes it from Dragonfly databases/dragonfly: spec.args, to which it is added (kubectl -n databases edit dragonfly dragonfly).'

test.each([
  ['of its name', dragonfly('dragonfly'), service(), added],
  [
    'that owns its Service',
    dragonfly('cache', ['--proactor_threads=2']),
    service({ ownerReferences: [{ kind: 'Dragonfly', name: 'cache' }] }),
    added
      .replaceAll('databases/dragonfly', 'databases/cache')
      .replace('dragonfly dragonfly)', 'dragonfly cache)'),
  ],
  [
    'that its selector names, with a flag that is there',
    dragonfly('cache', ['--proactor_threads=2', '--default_lua_flags=disable-atomicity']),
    service({}, { app: 'cache', role: 'master' }),
    'Dragonfly databases/cache: spec.args[1], now --default_lua_flags=disable-atomicity (kubectl',
  ],
])('a missing flag is told with the field of the Dragonfly %s', async (_, object, behind, words) => {
  expect(await hints(await siteCluster(definition, object, behind))).toContain(words)
})

test('each flag is told with its own entry, and none with a password beside it', async () => {
  const args = ['--requirepass=hidden', '--dbnum=2', '--cache_mode=true']
  const cluster = await siteCluster(definition, dragonfly('dragonfly', args), service())
  const told = await hints(cluster, {
    ...{ ...strict, EVAL: '', INFO: info.replace('noeviction', 'eviction') },
    SELECT: new Error('ERR DB index is out of range'),
  })
  expect(told).toContain('spec.args[1], now --dbnum=2')
  expect(told).toContain('spec.args[2], now --cache_mode=true')
  expect(told).not.toContain('hidden')
})

test('the flag alone is told where no operator runs it, or nobody may look', async () => {
  const flag = /Start Dragonfly with --default_lua_flags=allow-undeclared-keys\..*of its own\.$/
  expect(await hints(await siteCluster(service()))).toMatch(flag)
  expect(await hints(await siteCluster())).toMatch(flag)
  const denied = await siteCluster(definition, dragonfly('dragonfly'), service())
  denied.behaviour.denies = (_, { kind }) => kind === 'Dragonfly'
  expect(await hints(denied)).toMatch(flag)
  const lost = await siteCluster(definition, dragonfly('dragonfly'), service())
  const get = lost.get.bind(lost)
  const broken = {
    ...lost,
    get: async (...what: Parameters<typeof get>) => {
      if (what[0].kind === 'Dragonfly') throw new SealiftError('CLUSTER_FAILED', 'no answer')
      return get(...what)
    },
  }
  expect(await hints(broken)).toMatch(flag)
})

test('Redis is told nothing of Dragonfly’s fields', async () => {
  const cluster = await siteCluster(definition, dragonfly('dragonfly'), service())
  const redis = { ...strict, EVAL: '', INFO: 'redis_version:7.4.0\r\nmaxmemory_policy:allkeys-lru\r\n' }
  expect(await hints(cluster, redis)).not.toContain('spec.args')
})
