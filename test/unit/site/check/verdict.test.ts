import { describe, expect, test } from 'vitest'
import { judgeBudget, judgeDeployment, judgeLeftovers, judgeReady } from '../../../../src/site/check/index.ts'

const mebibyte = 1048576

function share(object: string, container: string, memory: number, cpu: number, init = false) {
  return { chart: 'eso', object, container, init, replicas: 1, memory: memory * mebibyte, cpu }
}

function used(pod: string, container: string, memory: number, namespace = 'external-secrets') {
  return { namespace, pod, container, memory: memory * mebibyte, cpu: 5 }
}

describe('judgeBudget', () => {
  const containers = [
    share('Deployment/external-secrets', 'external-secrets', 48, 20),
    share('Deployment/external-secrets-webhook', 'external-secrets', 40, 15),
    share('Deployment/external-secrets', 'prepare', 10, 1, true),
  ]
  const lock = { containers, declared: { memory: 88 * mebibyte, cpu: 35 } }
  const budget = { memory: 100 * mebibyte, cpu: 40 }
  const namespaceOf = () => 'external-secrets'

  test('gives each container its own use, though one name begins with another', () => {
    const usage = [
      used('external-secrets-abc', 'external-secrets', 30),
      used('external-secrets-webhook-def', 'external-secrets', 20),
    ]
    const { rows, observed } = judgeBudget(lock, budget, usage, namespaceOf)
    expect(rows.map(row => [row.object, row.observed?.memory])).toEqual([
      ['Deployment/external-secrets', 30 * mebibyte],
      ['Deployment/external-secrets-webhook', 20 * mebibyte],
    ])
    expect(observed).toEqual({ memory: 50 * mebibyte, cpu: 10 })
  })

  test('declared may fit while observed does not, and both are said', () => {
    const usage = [used('external-secrets-abc', 'external-secrets', 110)]
    expect(judgeBudget(lock, budget, usage, namespaceOf)).toMatchObject({
      declaredFits: true,
      observedFits: false,
    })
  })

  test("leaves out pods of other namespaces and the sandbox's own containers", () => {
    const usage = [
      used('external-secrets-abc', 'external-secrets', 30, 'other'),
      used('external-secrets-abc', 'sidecar', 30),
    ]
    const { observed, rows } = judgeBudget(lock, budget, usage, namespaceOf)
    expect(observed.memory).toBe(0)
    expect(rows.every(row => row.observed === undefined)).toBe(true)
  })
})

describe('judgeDeployment', () => {
  const deployment = (availableReplicas?: number) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'infisical', namespace: 'infisical' },
    spec: { replicas: 2 },
    status: {
      ...(availableReplicas === undefined ? {} : { availableReplicas }),
      conditions: [
        { type: 'Available', status: 'False', message: 'Deployment does not have minimum availability.' },
      ],
    },
  })

  test('all replicas available is well', () => {
    expect(judgeDeployment(deployment(2), true)).toMatchObject({
      ok: true,
      id: 'deployment/infisical/infisical',
    })
  })

  test.each([1, undefined])('%s available of 2 is not, with the reason and a hint', available => {
    const verdict = judgeDeployment(deployment(available), true)
    expect(verdict).toMatchObject({ ok: false, hint: expect.stringContaining('kubectl -n infisical') })
    expect(verdict.message).toContain('minimum availability')
  })

  test('none wanted is well only where the bundle wants none', () => {
    const scaled = { ...deployment(), spec: { replicas: 0 }, status: {} }
    expect(judgeDeployment(scaled, false)).toMatchObject({ ok: true, message: '0 of 0 pods available' })
    expect(judgeDeployment(scaled, true)).toMatchObject({
      ok: false,
      message: expect.stringContaining('scaled to 0'),
      hint: expect.stringContaining('sealift install again'),
    })
  })
})

describe('judgeReady', () => {
  const store = (status: string) => ({
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterSecretStore',
    metadata: { name: 'infisical-store' },
    status: {
      conditions: [
        { type: 'Ready', status, reason: 'InvalidProviderConfig', message: 'unable to validate store' },
      ],
    },
  })

  test('a ready store is well', () => expect(judgeReady(store('True'), 'store').ok).toBe(true))

  test('one that is not ready says why', () => {
    expect(judgeReady(store('False'), 'store')).toMatchObject({
      ok: false,
      message: 'InvalidProviderConfig: unable to validate store',
    })
  })

  test('one that is not there says so', () => {
    expect(judgeReady(undefined, 'store')).toMatchObject({ ok: false, message: 'is not there' })
  })
})

test('what killed loads have left is named, with what ends it', () => {
  expect(judgeLeftovers([]).ok).toBe(true)
  expect(judgeLeftovers(['one', 'two'])).toMatchObject({
    ok: false,
    message: expect.stringMatching(/: one, two$/),
    hint: expect.stringContaining('sealift install'),
  })
})
