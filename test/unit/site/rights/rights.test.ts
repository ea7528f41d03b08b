import { describe, expect, test } from 'vitest'
import { type Call, covers } from '../../../../src/kernel/rights/index.ts'
import { grantingObjects, neededRules, type RightsOf, siteVerbs } from '../../../../src/site/rights/index.ts'
import { rightsOfSample, sampleSite } from './sample.ts'

const call = (words: string): Call => {
  const [verb = '', path = '', namespace, name] = words.split(' ')
  const [apiGroup = '', resource = '', subresource] = path.split('/')
  return {
    ...{ verb, apiGroup, resource },
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined || namespace === '*' ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  }
}
const may = (of: RightsOf, words: string) => covers(neededRules(['install'], of), call(words))

describe('what install may', () => {
  const of = rightsOfSample()
  test.each([
    'create apps/deployments infisical infisical',
    'watch apps/deployments infisical',
    'create /secrets infisical',
    'patch /namespaces * sealift-system',
    'get /pods/portforward databases postgres-1',
    'get /secrets databases postgres-superuser',
    'create /configmaps sealift-system sealift-audit-0001',
    'patch apiextensions.k8s.io/customresourcedefinitions * mice.zoo.example',
    'create zoo.example/mice * jerry',
    'delete batch/jobs infisical before-it',
    'create /services elsewhere spy',
  ])('%s', words => {
    expect(may(of, words)).toBe(true)
  })

  test.each([
    ['objects of other names', 'patch apps/deployments infisical another'],
    ['to delete what is no hook', 'delete apps/deployments infisical infisical'],
    ['Secrets of a shared namespace that the site file does not name', 'get /secrets databases another'],
    ['Secrets of other namespaces', 'get /secrets kube-system x'],
    ['to list the Secrets of a shared namespace', 'list /secrets databases'],
    ['namespaces of other names', 'patch /namespaces * kube-system'],
    ['to look into kubelet', 'get /nodes/proxy * node-1'],
    ['to delete namespaces', 'delete /namespaces * infisical'],
    [
      'objects of CloudNativePG, where an administrator makes the database',
      'create postgresql.cnpg.io/databases databases x',
    ],
  ])('not: %s', (_, words) => {
    expect(may(of, words)).toBe(false)
  })

  test('Roles of charts: to escalate and to bind those alone, and not to hold what they grant', () => {
    expect(may(of, 'escalate rbac.authorization.k8s.io/clusterroles * reader')).toBe(true)
    expect(may(of, 'bind rbac.authorization.k8s.io/clusterroles * reader')).toBe(true)
    expect(may(of, 'bind rbac.authorization.k8s.io/clusterroles * cluster-admin')).toBe(false)
    expect(may(of, 'list /secrets kube-system')).toBe(false)
  })

  test('or to hold what they grant, where they can be held', () => {
    const holding = rightsOfSample({ grants: 'hold' })
    expect(may(holding, 'list /secrets kube-system')).toBe(true)
    expect(may(holding, 'escalate rbac.authorization.k8s.io/clusterroles * reader')).toBe(false)
    // Paths that are no resources, and rules that others add.
    expect(may(holding, 'escalate rbac.authorization.k8s.io/clusterroles * metrics')).toBe(true)
    expect(may(holding, 'escalate rbac.authorization.k8s.io/clusterroles * summed')).toBe(true)
    // Nobody here knows what Kubernetes' own grant.
    expect(may(holding, 'bind rbac.authorization.k8s.io/clusterroles * system:auth-delegator')).toBe(true)
  })

  test('with CloudNativePG, its objects in the namespace of the host', () => {
    const { admin: _, ...database } = sampleSite.database
    const operated = rightsOfSample({ site: { ...sampleSite, database } })
    expect(may(operated, 'create postgresql.cnpg.io/databases databases x')).toBe(true)
    expect(may(operated, 'patch postgresql.cnpg.io/clusters databases x')).toBe(false)
  })

  test('with an Ingress, what says whether it will work', () => {
    const site = { ...sampleSite, ingress: { host: 'x.example', tlsSecret: 'web' } }
    const of = rightsOfSample({ site })
    expect([
      may(of, 'list networking.k8s.io/ingressclasses *'),
      may(of, 'get /secrets infisical web'),
    ]).toEqual([true, true])
    expect(may(rightsOfSample(), 'list networking.k8s.io/ingressclasses *')).toBe(false)
  })
})

test.each([
  ['status', 'patch /configmaps sealift-system x'],
  ['check', 'patch apps/deployments infisical infisical'],
  ['keys escrow', 'patch /secrets infisical infisical-secrets'],
  ['rotate admin', 'patch apps/deployments infisical infisical'],
  ['remove', 'delete /namespaces * infisical'],
  ['upgrade', 'patch apiextensions.k8s.io/customresourcedefinitions/status * others.example'],
  ['plan', 'patch apiextensions.k8s.io/customresourcedefinitions/status * mice.zoo.example'],
  ['plan', 'patch zoo.example/mice * anyone'],
  ['install', 'patch zoo.example/mice * anyone'],
] as const)('%s may not %s', (verb, words) => {
  expect(covers(neededRules([verb], rightsOfSample()), call(words))).toBe(false)
})

test('no verb has a wildcard, or may impersonate', () => {
  const rules = neededRules(siteVerbs, rightsOfSample())
  expect(
    rules.filter(({ resource, apiGroup, verbs }) =>
      [resource, apiGroup, ...verbs].some(word => /\*|impersonate/.test(word)),
    ),
  ).toEqual([])
})

test.each(['preflight', 'plan'] as const)('%s may try by a dry run what an install would do', verb => {
  const tried = neededRules(['install'], rightsOfSample()).flatMap(
    ({ verbs, names = [undefined], ...rule }) =>
      verbs.flatMap(verb => names.map(name => ({ ...rule, verb, ...(name === undefined ? {} : { name }) }))),
  )
  expect(tried.filter(one => !covers(neededRules([verb], rightsOfSample()), one))).toEqual([])
})

test('pods on nodes are made by whoever loads through the cluster, and by nobody else', () => {
  const pod = call('create /pods sealift-nodes')
  expect(covers(neededRules(['install', 'load cluster'], rightsOfSample()), pod)).toBe(true)
  const others = siteVerbs.filter(verb => verb !== 'load cluster')
  expect(covers(neededRules(others, rightsOfSample()), pod)).toBe(false)
})

test.each(['backup', 'restore', 'upgrade'] as const)(
  '%s makes a pod for PostgreSQL’s tools where the site file names an image that has them',
  verb => {
    const tools = 'docker.io/library/postgres:17.5'
    const site = { ...sampleSite, database: { ...sampleSite.database, tools } }
    const asked = ['create /pods', 'list /pods', 'list /events', 'create /pods/exec'].map(words =>
      call(`${words} sealift-system`),
    )
    asked.push(call('delete /pods sealift-system x'), call('get /serviceaccounts sealift-system default'))
    const rules = neededRules([verb], rightsOfSample({ site }))
    expect(asked.filter(one => !covers(rules, one))).toEqual([])
    const pod = asked[0] as Call
    expect(covers(neededRules([verb], rightsOfSample()), pod)).toBe(false)
    expect(covers(neededRules(['install', 'check', 'purge'], rightsOfSample({ site })), pod)).toBe(false)
    const left = ['get', 'list', 'delete'].map(word => call(`${word} /pods sealift-system`))
    for (const verb of ['remove', 'purge'] as const)
      expect(left.filter(one => !covers(neededRules([verb], rightsOfSample({ site })), one))).toEqual([])
  },
)

test.each(['install', 'check', 'repair', 'plan', 'preflight', 'facts', 'receipt', 'purge'] as const)(
  '%s sees which nodes there are, and reaches them where the site’s way is through the cluster',
  verb => {
    const [usual, through] = [undefined, 'cluster' as const].map(load =>
      neededRules([verb], rightsOfSample({ load })),
    )
    const [nodes, pod] = [call('list /nodes *'), call('create /pods sealift-nodes')]
    expect(covers(usual ?? [], nodes)).toBe(true)
    expect([covers(usual ?? [], pod), covers(through ?? [], pod)]).toEqual([false, true])
  },
)

test.each([
  // Whether PostgreSQL is a pod of it.
  ['preflight', 'get /pods databases pg-0', {}],
  ['plan', 'get /pods databases pg-0', {}],
  // Which images of older bundles pods still run.
  ['install', 'list /pods other', { load: 'images-dir' }],
  ['audit verify', 'list /configmaps sealift-system', {}],
  ['receipt', 'list /configmaps sealift-system', {}],
  ['receipt', 'list /secrets infisical', {}],
  ['repair', 'patch /secrets sealift-system sealift-journal', {}],
  ['record', 'patch /configmaps sealift-system sealift-budget', {}],
  ['record', 'list /pods external-secrets', {}],
  ['record', 'get /nodes/proxy *', {}],
  ['budget fit', 'list external-secrets.io/externalsecrets *', {}],
  ['check', 'list /pods external-secrets', {}],
  ['repair', 'patch /configmaps sealift-system sealift-receipt', {}],
  // Where a version goes in which objects are stored, each is stored anew, and its definition says so.
  ['upgrade', 'list zoo.example/mice *', {}],
  ['upgrade', 'patch zoo.example/mice * anyone', {}],
  ['upgrade', 'patch apiextensions.k8s.io/customresourcedefinitions/status * mice.zoo.example', {}],
  ['plan', 'list zoo.example/mice *', {}],
] as const)('%s may %s', (verb, words, change) => {
  expect(covers(neededRules([verb], rightsOfSample(change)), call(words))).toBe(true)
})

test.each(['upgrade', 'rollback', 'restore'] as const)('%s may say how many pods Infisical has', verb => {
  const scale = { ...call('patch apps/deployments infisical infisical'), subresource: 'scale' }
  expect(covers(neededRules([verb], rightsOfSample()), scale)).toBe(true)
  expect(covers(neededRules(['status', 'check', 'backup'], rightsOfSample()), scale)).toBe(false)
})

test('an upgrade may take its archive and stop the server, and reads no Secret of teams', () => {
  const of = rightsOfSample()
  const upgrading = (words: string) => covers(neededRules(['upgrade'], of), call(words))
  for (const words of [
    'list apiextensions.k8s.io/customresourcedefinitions',
    'get /configmaps sealift-system sealift-keys',
    'patch apps/deployments/scale infisical infisical',
  ])
    expect([words, upgrading(words)]).toEqual([words, true])
  expect(upgrading('get /secrets talent-mesh db-credentials')).toBe(false)
})

describe('the objects that give them', () => {
  const granting = {
    rules: neededRules(['install', 'remove', 'purge'], rightsOfSample()),
    ...{ name: 'sealift', site: 'sandbox', namespaces: ['infisical', 'external-secrets'] },
  }
  test('namespaces with the site’s marks come first; a Role is in each, and one ClusterRole has the rest', () => {
    const objects = grantingObjects({ ...granting, subject: { kind: 'User', name: 'ann' } })
    expect(
      objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`),
    ).toEqual([
      ...['sealift-system', 'infisical', 'external-secrets'].map(name => `Namespace /${name}`),
      ...['ClusterRole /sealift', 'ClusterRoleBinding /sealift'],
      ...['databases', 'default', 'elsewhere', 'external-secrets', 'infisical', 'sealift-system'].flatMap(
        place => [`Role ${place}/sealift`, `RoleBinding ${place}/sealift`],
      ),
    ])
    expect(objects[0]?.metadata).toMatchObject({
      labels: { 'app.kubernetes.io/managed-by': 'sealift' },
      annotations: { 'sealift.dev/site': 'sandbox' },
    })
    expect(objects[4]?.['subjects']).toEqual([
      { kind: 'User', name: 'ann', apiGroup: 'rbac.authorization.k8s.io' },
    ])
  })

  test('a ServiceAccount comes with its namespace, which bears no mark of ours', () => {
    const subject = { kind: 'ServiceAccount', name: 'sealift', namespace: 'change-window' } as const
    const objects = grantingObjects({ ...granting, subject })
    expect(objects).toContainEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'change-window' },
    })
    expect(objects).toContainEqual({
      ...{ apiVersion: 'v1', kind: 'ServiceAccount' },
      metadata: { name: 'sealift', namespace: 'change-window' },
    })
  })
})
