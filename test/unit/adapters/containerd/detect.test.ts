import { expect, it } from 'vitest'
import { detectRuntime } from '../../../../src/adapters/containerd/index.ts'

it('a machine without ctr and k3s on PATH is no node, whatever its sockets', async () => {
  const found = await detectRuntime({ environment: { PATH: '/none' } })
  // Only K3s's own place is looked at beside PATH.
  expect(found?.ctr ?? ['/usr/local/bin/k3s', 'ctr']).toEqual(['/usr/local/bin/k3s', 'ctr'])
})

it('what the site says counts, even where it is not there', async () => {
  const site = { ctr: ['/opt/k3s', 'ctr'], address: '/run/other.sock' }
  expect(await detectRuntime({ environment: {}, site })).toEqual(site)
})
