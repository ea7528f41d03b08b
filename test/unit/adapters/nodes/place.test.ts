/** Where a node has its containerd. */
import { expect, test } from 'vitest'
import { placeOn } from '../../../../src/adapters/nodes/place.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'

const node = (kubeletVersion: string, annotations: Record<string, string> = {}) => ({
  ...kinds.node,
  metadata: { name: 'node1', annotations },
  status: { nodeInfo: { kubeletVersion } },
})
const k3s = (...words: unknown[]) =>
  node('v1.36.3+k3s1', words.length > 0 ? { 'k3s.io/node-args': JSON.stringify(words) } : {})
const usual = {
  ctr: ['/var/lib/rancher/k3s/data/current/bin/ctr'],
  programs: '/var/lib/rancher/k3s/data',
  address: '/run/k3s/containerd/containerd.sock',
}

test('K3s has its own, in the folder that it was started with', () => {
  expect(placeOn(k3s(), undefined)).toEqual(usual)
  for (const words of [
    ['server', '--data-dir', '/srv/k3s/'],
    ['agent', '-d', '/srv/k3s'],
    ['server', '--data-dir=/srv/k3s', '--token', '********'],
  ])
    expect(placeOn(k3s(...words), undefined)).toEqual({
      ctr: ['/srv/k3s/data/current/bin/ctr'],
      programs: '/srv/k3s/data',
      address: usual.address,
    })
})

test.each([
  ['words of another kind', k3s('--data-dir', 7)],
  ['a folder that is no path', k3s('--data-dir', 'srv')],
  ['no list', node('v1.36.3+k3s1', { 'k3s.io/node-args': '{"a":1}' })],
  ['no JSON', node('v1.36.3+k3s1', { 'k3s.io/node-args': 'server' })],
])('%s leave K3s in its usual place', (_, odd) => {
  expect(placeOn(odd, undefined)).toEqual(usual)
})

test('k3s ctr of the site file is K3s’s own too, and its address counts', () => {
  const site = { ctr: ['/usr/local/bin/k3s', 'ctr'], address: 'unix:///run/other.sock' }
  expect(placeOn(k3s(), site)).toEqual({ ...usual, address: '/run/other.sock' })
})

test('elsewhere the site file says it, and kubeadm notes the socket', () => {
  const site = { ctr: ['/usr/local/bin/ctr'] }
  const place = { ctr: ['/usr/local/bin/ctr'], programs: '/usr/local/bin' }
  expect(placeOn(node('v1.35.1'), site)).toEqual({ ...place, address: '/run/containerd/containerd.sock' })
  const noted = { 'kubeadm.alpha.kubernetes.io/cri-socket': 'unix:///run/a.sock' }
  expect(placeOn(node('v1.35.1', noted), site)).toEqual({ ...place, address: '/run/a.sock' })
})

test('a node of which nobody says it is refused by its name', () => {
  for (const site of [undefined, { ctr: ['ctr'] }, { ctr: ['k3s', 'ctr'] }])
    expect(() => placeOn(node('v1.35.1'), site)).toThrow(
      expect.objectContaining({
        code: 'LOAD_FAILED',
        message: expect.stringContaining('node node1'),
        hints: [expect.stringContaining('containerd.ctr')],
      }),
    )
})
