import { describe, expect, test } from 'vitest'
import { budgetFault, computeBudget } from '../../../../src/bundle/declared/index.ts'
import { findPods, renderedObjects } from '../../../../src/kernel/objects/index.ts'

const Mi = 2 ** 20

function report(yaml: string, budget = { memory: '640Mi', cpu: '300m' }) {
  const objects = renderedObjects('app', yaml)
  return computeBudget(objects.flatMap(findPods), objects, budget)
}

interface Wanted {
  readonly memory?: string
  readonly cpu?: string
}

const container = (name: string, { memory, cpu }: Wanted, more = '') =>
  `{ name: ${name}, image: x, resources: { requests: { ${memory ? `memory: ${memory}, ` : ''}${cpu ? `cpu: ${cpu}` : ''} } } ${more} }`

function deployment(
  containers: readonly string[],
  spec = '',
  init: readonly string[] = [],
  kind = 'Deployment',
) {
  const pod = `{ containers: [${containers.join(', ')}], initContainers: [${init.join(', ')}] }`
  return `{ kind: ${kind}, metadata: { name: x }, spec: { ${spec} template: { spec: ${pod} } } }`
}

describe('one pod', () => {
  test('adds its containers', () => {
    const yaml = deployment([
      container('a', { memory: '100Mi', cpu: '100m' }),
      container('b', { memory: '50Mi', cpu: '0.05' }),
    ])
    expect(report(yaml)).toMatchObject({ declared: { memory: 150 * Mi, cpu: 150 }, missing: [], over: {} })
  })

  test('counts the largest init container when that is more than the rest together', () => {
    const main = [container('main', { memory: '100Mi', cpu: '100m' })]
    const init = [
      container('one', { memory: '80Mi', cpu: '200m' }),
      container('two', { memory: '120Mi', cpu: '10m' }),
    ]
    expect(report(deployment(main, '', init)).declared).toEqual({ memory: 120 * Mi, cpu: 200 })
  })

  test('counts sidecars beside the containers and beside later init containers', () => {
    const main = [container('main', { memory: '100Mi', cpu: '100m' })]
    const sidecar = container('proxy', { memory: '30Mi', cpu: '10m' }, ', restartPolicy: Always')
    const late = container('late', { memory: '90Mi', cpu: '95m' })
    expect(report(deployment(main, '', [sidecar, late])).declared).toEqual({ memory: 130 * Mi, cpu: 110 })
    const large = container('large', { memory: '200Mi', cpu: '5m' })
    expect(report(deployment(main, '', [sidecar, large])).declared.memory).toBe(230 * Mi)
    expect(report(deployment(main, '', [large, sidecar])).declared.memory).toBe(200 * Mi)
  })

  test('takes the limit where no request is, as Kubernetes does', () => {
    const yaml = deployment([
      '{ name: a, image: x, resources: { limits: { memory: 1000Mi }, requests: { cpu: 1m } } }',
    ])
    expect(report(yaml).containers[0]).toMatchObject({ memory: 1000 * Mi, memoryLimit: 1000 * Mi })
    expect(report(yaml).missing).toEqual([])
  })

  test('names what is not requested, and counts it as 0', () => {
    expect(report(deployment([container('a', { cpu: '10m' }), '{ name: b, image: x }'])).missing).toEqual([
      {
        chart: 'app',
        object: 'Deployment/x',
        container: 'a',
        field: 'spec.template.spec.containers[0]',
        resources: ['memory'],
      },
      {
        chart: 'app',
        object: 'Deployment/x',
        container: 'b',
        field: 'spec.template.spec.containers[1]',
        resources: ['memory', 'cpu'],
      },
    ])
  })

  test('a number is a quantity too; nonsense is refused', () => {
    expect(report(deployment([container('a', { memory: '1048576', cpu: '1' })])).declared).toEqual({
      memory: Mi,
      cpu: 1000,
    })
    expect(() => report(deployment([container('a', { memory: 'plenty' })]))).toThrow(
      'not a Kubernetes quantity: plenty',
    )
  })
})

describe('how many pods', () => {
  const one = [container('main', { memory: '100Mi', cpu: '10m' })]

  test('replicas multiply', () => {
    const { declared, containers } = report(deployment(one, 'replicas: 3,'))
    expect(declared).toEqual({ memory: 300 * Mi, cpu: 30 })
    expect(containers[0]).toMatchObject({ replicas: 3, memory: 300 * Mi, cpu: 30 })
  })

  test('an autoscaler counts with its maximum', () => {
    const scaler = `{ kind: HorizontalPodAutoscaler, metadata: { name: h }, spec: { maxReplicas: 5, scaleTargetRef: { kind: Deployment, name: x } } }`
    expect(report(`${deployment(one, 'replicas: 2,')}\n---\n${scaler}`).declared.memory).toBe(500 * Mi)
    const other = scaler.replace('name: x', 'name: y')
    expect(report(`${deployment(one, 'replicas: 2,')}\n---\n${other}`).declared.memory).toBe(200 * Mi)
  })

  test('a custom object with a template has the replicas beside it', () => {
    const yaml = `{ kind: Cluster, metadata: { name: db }, spec: { server: { replicas: 2, template: { spec: { containers: ${`[${one}]`} } } } } }`
    expect(report(yaml).declared.memory).toBe(200 * Mi)
  })

  test('Jobs, CronJobs and hooks are counted apart', () => {
    const job = deployment(one, 'parallelism: 2,', [], 'Job')
    const hook = deployment(one, '', [], 'Deployment').replace(
      'name: x }',
      'name: h, annotations: { helm.sh/hook: post-install } }',
    )
    const { declared, temporary } = report([job, hook].join('\n---\n'))
    expect(declared).toEqual({ memory: 0, cpu: 0 })
    expect(temporary).toEqual({ memory: 300 * Mi, cpu: 30 })
  })

  test('a rolling update adds a quarter, rounded up; Recreate adds nothing', () => {
    expect(report(deployment(one)).surge).toEqual({ memory: 100 * Mi, cpu: 10 })
    expect(report(deployment(one, 'replicas: 5,')).surge.memory).toBe(200 * Mi)
    expect(report(deployment(one, 'strategy: { type: Recreate },')).surge.memory).toBe(0)
    expect(
      report(deployment(one, 'replicas: 4, strategy: { rollingUpdate: { maxSurge: 3 } },')).surge.memory,
    ).toBe(300 * Mi)
  })
})

describe('over the budget', () => {
  const yaml = deployment([
    container('small', { memory: '100Mi', cpu: '10m' }),
    container('large', { memory: '600Mi', cpu: '250m' }),
    '{ name: silent, image: x }',
  ])

  test('is an error with a line for each container and its field, largest first', () => {
    expect(budgetFault(report(yaml))).toEqual(
      expect.objectContaining({
        code: 'BUDGET_EXCEEDED',
        message: 'the pods request more than the budget: memory 700Mi of 640Mi',
        faults: [
          'app Deployment/x container large: memory 600Mi, CPU 250m at spec.template.spec.containers[1].resources.requests',
          'app Deployment/x container small: memory 100Mi, CPU 10m at spec.template.spec.containers[0].resources.requests',
          'app Deployment/x container silent: memory 0, CPU 0 at spec.template.spec.containers[2].resources.requests',
          'app Deployment/x silent: no memory, cpu request, counted as 0',
        ],
      }),
    )
  })

  test('says by how much', () => {
    expect(report(yaml).over).toEqual({ memory: 60 * Mi })
    expect(report(yaml, { memory: '1Gi', cpu: '0.1' }).over).toEqual({ cpu: 160 })
  })

  test('exactly the budget is within it', () => {
    expect(budgetFault(report(yaml, { memory: '700Mi', cpu: '260m' }))).toBeUndefined()
  })
})
