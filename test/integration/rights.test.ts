/** The rights that `rbac` prints, before a real API server: all that an install asked for, no more, and each of them needed. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCluster } from '../../src/adapters/cluster/index.ts'
import { type Cluster, kinds } from '../../src/kernel/ports/index.ts'
import { allow, type Call, covers, type Rule, resourceOf } from '../../src/kernel/rights/index.ts'
import { grantingObjects, neededRules, type RightsOf } from '../../src/site/rights/index.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { askingServer } from '../support/asked-rights.ts'
import { sampleRights } from '../support/sample-rights.ts'

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'rights')
let server: ApiServer
let admin: Cluster
let asking: Awaited<ReturnType<typeof askingServer>>
let of: RightsOf
/** What an install and the verbs after it have asked the disconnected cluster's API server for. */
let asked: Record<'install' | 'check' | 'status' | 'remove' | 'purge', readonly Call[]>

beforeAll(async () => {
  server = await startApiServer()
  admin = createCluster({ kubeconfig: server.kubeconfig, environment: {} })
  asking = await askingServer(server.kubeconfig)
  of = await sampleRights()
  asked = JSON.parse(await readFile(join(fixtures, 'asked.json'), 'utf8'))
})
afterAll(() => server?.stop())

/** Applies what gives somebody rules, and waits until the authorizer knows the last of them. */
async function give(
  user: string,
  rules: readonly Rule[],
  name = user,
  kind: 'User' | 'Group' = 'User',
  wait = true,
): Promise<void> {
  const subject = { kind, name: user }
  const objects = grantingObjects({ rules, subject, name, site: 'sandbox', namespaces: of.namespaces })
  const places = [...new Set(rules.flatMap(({ namespace }) => namespace ?? []))]
  for (const namespace of places) await admin.apply({ ...kinds.namespace, metadata: { name: namespace } })
  for (const object of objects.filter(({ kind }) => kind !== 'Namespace')) await admin.apply(object)
  if (!wait) return
  const { verbs: [verb = ''] = [], names: [first] = [], ...rest } = rules.at(-1) ?? allow(kinds.secret, 'get')
  const last = { ...rest, verb, ...(first === undefined ? {} : { name: first }) }
  for (
    let round = 0;
    round < 200 && !(await asking.may(kind === 'User' ? { user } : { user: 'whole', groups: [user] }, last));
    round++
  )
    await sleep(50)
}

test('every kind of Kubernetes itself is called as its API server calls it', async () => {
  const served = (await asking.kinds()).filter(({ apiVersion }) => !apiVersion.startsWith('metrics'))
  const told = served.map(kind => {
    const { resource, namespaced } = resourceOf(kind)
    return { apiVersion: kind.apiVersion, kind: kind.kind, resource, namespaced }
  })
  expect(served.length).toBeGreaterThan(40)
  expect(told).toEqual(served)
})

describe.each(['install', 'check', 'status', 'remove', 'purge'] as const)('%s', verb => {
  test('asked for nothing that is not printed, and the API server lets it do all of that', async () => {
    const rules = neededRules([verb], of)
    // An install that may not ask kubelets warns that use could not be measured: only a check is given that.
    const calls = asked[verb].filter(({ resource }) => verb !== 'install' || resource !== 'nodes')
    expect(calls.length).toBeGreaterThan(8)
    expect(calls.filter(call => !covers(rules, call))).toEqual([])
    await give(verb, rules)
    const answers = await Promise.all(calls.map(async call => [call, await asking.may({ user: verb }, call)]))
    expect(answers.filter(([, may]) => !may)).toEqual([])
  })
})

test('each right of an install is needed: without it the API server refuses a call that install makes', async () => {
  const rules = neededRules(['install'], of)
  const single = rules.flatMap(rule => rule.verbs.map(verb => ({ ...rule, verbs: [verb] })))
  const unneeded: Rule[] = []
  for (const [at, rule] of single.entries()) {
    const others = single.filter((_, index) => index !== at)
    const missed = asked.install.filter(call => covers([rule], call) && !covers(others, call))
    if (missed.length === 0) unneeded.push(rule)
  }
  expect(unneeded.map(shown).filter(text => !onlyAtFaults.some(pattern => pattern.test(text)))).toEqual([])
})

test('and the API server refuses it for want of each, whatever else is granted', async () => {
  const rules = neededRules(['install'], of)
  const placeOf = ({ namespace = 'everywhere' }: Rule) => `place-${namespace}`
  const places = [...new Set(rules.map(placeOf))]
  for (const place of places)
    await give(
      place,
      rules.filter(rule => placeOf(rule) === place),
      place,
      'Group',
    )
  const wanting = rules.flatMap((rule, at) => {
    const missed = asked.install.find(call => covers([rule], call) && !covers(rules.toSpliced(at, 1), call))
    return missed === undefined ? [] : [{ rule, missed, user: `without-${at}` }]
  })
  expect(wanting.length).toBeGreaterThan(40)
  for (const { rule, user } of wanting)
    await give(
      user,
      rules.filter(one => one !== rule && placeOf(one) === placeOf(rule)),
      user,
      'User',
      false,
    )
  const whole = { user: 'whole', groups: places }
  for (const { rule, missed, user } of wanting) {
    const groups = places.filter(place => place !== placeOf(rule))
    expect([shown(rule), await asking.may(whole, missed)]).toEqual([shown(rule), true])
    expect([shown(rule), await asking.may({ user, groups }, missed)]).toEqual([shown(rule), false])
  }
})

// What this record of one fresh install and one rerun has not: what is asked for when something fails or is found
// otherwise, and how helm watches on an API server that cannot stream lists (before 1.34).
const onlyAtFaults = [
  /^list /,
  /^get pods\/log in/,
  // Of helm, records of more than five revisions; of Sealift, a probe that was killed, and a webhook without its Service.
  /^delete (secrets|validatingwebhookconfigurations) in/,
  // What the API server asks itself: see below.
  /^(escalate|bind) (cluster)?roles in/,
]

const shown = ({ verbs, resource, subresource, namespace = '*' }: Rule) =>
  `${verbs.join(',')} ${resource}${subresource ? `/${subresource}` : ''} in ${namespace}`

describe('names', () => {
  const user = 'by-name'
  const as = () => createCluster({ kubeconfig: server.nobody, environment: {} })

  test('limit what is made by a server-side apply, and what a POST makes is refused', async () => {
    await give(
      'nobody',
      [allow(kinds.configMap, 'create patch', { namespace: 'default', names: ['mine'] })],
      user,
    )
    const object = (name: string) => ({ ...kinds.configMap, metadata: { name, namespace: 'default' } })
    expect((await as().apply(object('mine'))).metadata.name).toBe('mine')
    await expect(as().apply(object('other'))).rejects.toMatchObject({ code: 'CLUSTER_DENIED' })
    await expect(as().create(object('mine'))).rejects.toMatchObject({ code: 'CLUSTER_DENIED' })
  })

  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' }
  const reader = (name: string) => ({
    ...{ ...role, metadata: { name } },
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
  })

  test('limit whose rules may be more than one’s own', async () => {
    const rules = [allow(role, 'create patch', { names: ['reader', 'writer'] })]
    await give('nobody', [...rules, allow(role, 'escalate', { names: ['reader'] })], 'escalating')
    expect((await as().apply(reader('reader'))).metadata.name).toBe('reader')
    await expect(as().apply(reader('writer'))).rejects.toMatchObject({ code: 'CLUSTER_DENIED' })
    await give('nobody', [allow(kinds.secret, 'get')], 'holding')
    expect((await as().apply(reader('writer'))).metadata.name).toBe('writer')
  })
})
