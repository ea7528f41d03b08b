import { describe, expect, test } from 'vitest'
import { covers } from '../../../../src/kernel/rights/index.ts'
import { teamsRules, teamsVerbs } from '../../../../src/teams/rights/index.ts'

const where = {
  ...{ infisical: 'infisical', externalSecrets: 'external-secrets' },
  namespaces: ['infisical', 'external-secrets'],
}
const secrets = { apiGroup: '', resource: 'secrets' }
const stores = { apiGroup: 'external-secrets.io', resource: 'clustersecretstores' }

describe.each(teamsVerbs)('%s', verb => {
  const rules = teamsRules([verb], where)
  test('has no wildcard, and no right to make or change Secrets of the whole cluster', () => {
    const words = rules.flatMap(({ apiGroup, resource, verbs }) => [apiGroup, resource, ...verbs])
    expect(words.filter(word => /\*|impersonate|escalate/.test(word))).toEqual([])
    for (const verb of ['create', 'patch', 'update'])
      expect(covers(rules, { ...secrets, verb, namespace: 'kube-system', name: 'x' })).toBe(false)
  })
})

test.each(teamsVerbs.filter(verb => / (plan|check|due|try|workflow|export)$/.test(verb)))(
  '%s, which changes nothing, may change nothing',
  verb => {
    // A way to a pod is a create, in words.
    const changing = teamsRules([verb], where).filter(
      ({ verbs, subresource }) =>
        subresource !== 'portforward' && verbs.some(one => /create|patch|update|delete|bind/.test(one)),
    )
    expect(changing).toEqual([])
  },
)

test('stores apply may write stores, the operator’s credentials, and bind the one built-in role', () => {
  const rules = teamsRules(['stores apply'], where)
  const clusterRoles = { apiGroup: 'rbac.authorization.k8s.io', resource: 'clusterroles', verb: 'bind' }
  expect([
    covers(rules, { ...stores, verb: 'patch', name: 'talent-mesh.prod' }),
    covers(rules, { ...secrets, verb: 'patch', namespace: 'external-secrets', name: 'any' }),
    covers(rules, { ...clusterRoles, name: 'system:auth-delegator' }),
    covers(rules, { ...clusterRoles, name: 'cluster-admin' }),
  ]).toEqual([true, true, true, false])
})
