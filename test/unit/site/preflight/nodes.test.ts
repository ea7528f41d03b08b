import { expect, test } from 'vitest'
import { type KubernetesObject, kinds } from '../../../../src/kernel/ports/index.ts'
import { judgeNode, judgePlatform, platformOf, takesPods } from '../../../../src/site/preflight/index.ts'

const nodeInfo = {
  architecture: 'amd64',
  operatingSystem: 'linux',
  kubeletVersion: 'v1.36.3+k3s1',
  containerRuntimeVersion: 'containerd://2.3.2-k3s2',
}
const node = (status: object = {}, spec: object = {}): KubernetesObject => ({
  ...kinds.node,
  metadata: { name: 'n1' },
  spec,
  status: { nodeInfo, conditions: [{ type: 'Ready', status: 'True' }], ...status },
})

test('a node that is up', () => {
  expect(judgeNode(node())).toEqual({
    result: 'ok',
    seen: 'ready, v1.36.3+k3s1, containerd://2.3.2-k3s2',
  })
})

test.each([
  ['not ready', { conditions: [{ type: 'Ready', status: 'False', message: 'PLEG is not healthy' }] }, 'PLEG'],
  ['not heard of', { conditions: [{ type: 'Ready', status: 'Unknown' }] }, 'it is not ready'],
  ['without conditions', { conditions: undefined }, 'it is not ready'],
  [
    'with a full disk',
    {
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'DiskPressure', status: 'True' },
      ],
    },
    'DiskPressure',
  ],
])('one that is %s is a fault', (_, status, seen) => {
  expect(judgeNode(node(status))).toMatchObject({ result: 'fault', seen: expect.stringContaining(seen) })
})

test('another runtime, or a node that takes no pods, is a warning', () => {
  const other = { nodeInfo: { ...nodeInfo, containerRuntimeVersion: 'cri-o://1.36.0' } }
  expect(judgeNode(node(other))).toMatchObject({ result: 'warning', seen: expect.stringContaining('cri-o') })
  expect(judgeNode(node({}, { unschedulable: true })).result).toBe('warning')
})

test('which nodes take pods', () => {
  const taint = (key: string, effect: string) => node({}, { taints: [{ key, effect }] })
  expect(takesPods(node())).toBe(true)
  expect(takesPods(taint('dedicated', 'PreferNoSchedule'))).toBe(true)
  expect(takesPods(taint('node.kubernetes.io/not-ready', 'NoExecute'))).toBe(true)
  expect(takesPods(taint('node-role.kubernetes.io/control-plane', 'NoSchedule'))).toBe(false)
  expect(takesPods(taint('CriticalAddonsOnly', 'NoExecute'))).toBe(false)
})

test('a processor that the bundle is for', () => {
  expect(platformOf(node())).toBe('linux/amd64')
  expect(judgePlatform(node(), ['linux/amd64', 'linux/arm64']).result).toBe('ok')
})

test('one that it is not for is a fault; on a node that takes no pods, a warning', () => {
  expect(judgePlatform(node(), ['linux/arm64'])).toMatchObject({
    result: 'fault',
    seen: 'it is linux/amd64, and the bundle is for linux/arm64',
  })
  expect(judgePlatform(node({}, { unschedulable: true }), ['linux/arm64']).result).toBe('warning')
  expect(judgePlatform(node({ nodeInfo: {} }), ['linux/arm64']).result).toBe('warning')
})
