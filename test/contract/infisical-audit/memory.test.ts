import { beforeAll } from 'vitest'
import { type InfisicalSession, Secret } from '../../../src/kernel/ports/index.ts'
import { memoryInfisical } from '../../unit/site/wire/memory-infisical.ts'
import { auditContract } from './contract.ts'

let session: InfisicalSession
beforeAll(async () => {
  const infisical = memoryInfisical()
  infisical.admin = { email: 'a@b.c', password: 'pw' }
  session = await infisical.login('a@b.c', new Secret('pw'))
})

auditContract('in memory', () => ({ session, projectId: 'p' }))
