import { expect, it } from 'vitest'
import { statusOf } from '../../../src/kernel/access/index.ts'
import { memoryTenancy } from '../../support/memory-tenancy.ts'
import { rejection } from '../../unit/site/wire/memory.ts'
import { kubernetesAuthContract } from './contract.ts'

const memory = memoryTenancy()
kubernetesAuthContract('in memory', () => ({ server: memory.kubernetesAuth, tenancy: memory, ca: 'a CA' }))

it('an internal address is refused unless it may be asked', async () => {
  const id = await memory.createIdentity('refused')
  memory.kubernetesAuth.allowInternal = false
  const auth = { host: 'https://kubernetes.default.svc', ca: '', names: [], namespaces: [], audience: '' }
  const error = await rejection(memory.kubernetesAuth.attach(id, { ...auth, ttl: 1, maxTtl: 1 }))
  expect([statusOf(error), error.message]).toEqual([400, expect.stringContaining('Local IPs not allowed')])
})
