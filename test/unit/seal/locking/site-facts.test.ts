import { describe, expect, test } from 'vitest'
import { computeBudget } from '../../../../src/bundle/declared/index.ts'
import { parseSpec } from '../../../../src/kernel/inputs/index.ts'
import { findPods, renderedObjects } from '../../../../src/kernel/objects/index.ts'
import { holdToNodes, specFor } from '../../../../src/seal/locking/site-facts.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { sampleFacts, sampleNode } from '../../../support/sample-facts.ts'

const specOf = (more = '') =>
  parseSpec(
    `
apiVersion: sealift.dev/v1
kind: Bundle
metadata: { name: sample, version: 1.0.0${more} }
kubernetes: 1.35.0
apiVersions: [not apps/v1, monitoring.coreos.com/v1]
charts: [{ name: demo, path: demo, version: 1.2.3, release: demo, namespace: demo }]
budget: { memory: 640Mi, cpu: 300m }
`,
    'bundle.yaml',
  )
const clock = () => ({ now: () => Date.parse('2026-12-01T00:00:00Z'), sleep: async () => {} })

describe('a spec for a site', () => {
  test('has its Kubernetes and its platforms, and what the spec says otherwise is told', () => {
    const talk = recordedTalk()
    const nodes = [sampleNode(), sampleNode({ name: 'node2', platform: 'linux/arm64' })]
    const spec = specFor(specOf(), sampleFacts({ nodes }), clock(), talk.reporter)
    expect(spec).toMatchObject({ kubernetes: '1.36.3', platforms: ['linux/amd64', 'linux/arm64'] })
    expect(talk.told).toEqual([
      expect.stringMatching(
        /rendered for Kubernetes 1\.36\.3, which bank-prod has; bundle\.yaml says 1\.35\.0/,
      ),
      expect.stringMatching(/for linux\/amd64, linux\/arm64, .*; bundle\.yaml says linux\/amd64/),
      expect.stringMatching(/the site has apps\/v1, and bundle\.yaml says that it has not/),
      expect.stringMatching(/the site has monitoring\.coreos\.com\/v1, which it had not yet/),
    ])
  })

  test('of old facts, of a node that takes no pods, or of another kind, is warned of', () => {
    const talk = recordedTalk()
    const nodes = [sampleNode({ ready: false }), sampleNode({ name: 'w', platform: 'windows/amd64' })]
    specFor(specOf(), sampleFacts({ nodes, madeAt: '2026-09-01T00:00:00.000Z' }), clock(), talk.reporter)
    expect(talk.told.join('\n')).toMatch(/node w is windows\/amd64/)
    expect(talk.told.join('\n')).toMatch(/are 91 days old/)
    expect(talk.told.join('\n')).toMatch(/node node1 of bank-prod took no pods/)
  })

  test('that the bundle is not for, or that runs none, is refused', () => {
    const talk = recordedTalk()
    const other = () => specFor(specOf(', sites: [bank-test]'), sampleFacts(), clock(), talk.reporter)
    expect(other).toThrow(expect.objectContaining({ code: 'FACTS_INVALID' }))
    const nodes = [sampleNode({ platform: 'linux/riscv64' })]
    const none = () => specFor(specOf(), sampleFacts({ nodes }), clock(), talk.reporter)
    expect(none).toThrow(expect.objectContaining({ code: 'FACTS_INVALID' }))
  })
})

describe('requests, held to the nodes', () => {
  const budgetOf = (memory: string, replicas = 1) => {
    const yaml = `
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  template: { spec: { containers: [{ name: web, image: "r.io/web:1", resources: { requests: { memory: ${memory}, cpu: 10m } } }] } }
`
    const objects = renderedObjects('demo', yaml)
    return computeBudget(objects.flatMap(findPods), objects, { memory: '64Gi', cpu: '8' })
  }
  const hold = (memory: string, replicas = 1, mode: 'hold' | 'warn' = 'hold', nodes = [sampleNode()]) => {
    const talk = recordedTalk()
    holdToNodes(budgetOf(memory, replicas), sampleFacts({ nodes }), mode, talk.reporter)
    return talk.told.join('\n')
  }

  test('fit, or nearly while they are rolled out', () => {
    expect(hold('1Gi')).toBe('')
    expect(hold('3Gi')).toMatch(/while pods are rolled out they request 6144Mi of memory, .* have 4096Mi/)
  })

  test('do not fit in all, or not on any node', () => {
    expect(() => hold('2Gi', 3)).toThrow(
      expect.objectContaining({
        code: 'BUDGET_EXCEEDED',
        faults: ['all pods request 6144Mi of memory, and 1 node of bank-prod have 4096Mi'],
      }),
    )
    const two = [sampleNode(), sampleNode({ name: 'node2' })]
    expect(() => hold('5Gi', 1, 'hold', two)).toThrow(
      expect.objectContaining({
        faults: ['demo Deployment/web web requests more memory than any node of bank-prod has (4096Mi)'],
      }),
    )
    expect(hold('2Gi', 3, 'warn')).toMatch(/all pods request 6144Mi/)
  })

  test('are not held to nodes that take no pods', () => {
    const nodes = [sampleNode(), sampleNode({ name: 'node2', ready: false })]
    expect(() => hold('2Gi', 3, 'hold', nodes)).toThrow(expect.objectContaining({ code: 'BUDGET_EXCEEDED' }))
  })
})
