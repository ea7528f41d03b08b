import { expect, test } from 'vitest'
import { accessesOf, judgeRights } from '../../../../src/site/preflight/index.ts'

test('rules are asked about verb by verb and name by name', () => {
  expect(
    accessesOf([
      {
        apiGroup: '',
        resource: 'pods',
        subresource: 'portforward',
        verbs: ['create'],
        namespace: 'infisical',
      },
      { apiGroup: 'apps', resource: 'deployments', verbs: ['get', 'patch'], names: ['a', 'b'] },
    ]),
  ).toEqual([
    { verb: 'create', group: '', resource: 'pods/portforward', namespace: 'infisical' },
    { verb: 'get', group: 'apps', resource: 'deployments', name: 'a' },
    { verb: 'get', group: 'apps', resource: 'deployments', name: 'b' },
    { verb: 'patch', group: 'apps', resource: 'deployments', name: 'a' },
    { verb: 'patch', group: 'apps', resource: 'deployments', name: 'b' },
  ])
})

test('what is missing is told, verbs of one thing together', () => {
  const role = { group: 'rbac.authorization.k8s.io', resource: 'clusterroles', name: 'eso' }
  const secret = { verb: 'list', group: '', resource: 'secrets', namespace: 'sealift-system' }
  const found = judgeRights([{ verb: 'create', ...role }, { verb: 'patch', ...role }, secret], 40)
  expect(found).toEqual({
    result: 'fault',
    seen: 'not allowed: create/patch clusterroles.rbac.authorization.k8s.io eso, list secrets in namespace sealift-system',
    next: expect.stringContaining('sealift rbac prints it'),
  })
  expect(judgeRights([], 40)).toEqual({ result: 'ok', seen: 'all 40 that are needed' })
})

test('a long list ends somewhere', () => {
  const missing = Array.from({ length: 200 }, (_, i) => ({
    verb: 'get',
    group: '',
    resource: 'secrets',
    name: `s${i}`,
  }))
  expect(judgeRights(missing, 200).seen).toMatch(/, and 188 more$/)
})
