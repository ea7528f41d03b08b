import { describe, expect, it } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { migrationFault } from '../../../../src/teams/verbs/migrate-sops/index.ts'
import { answered } from '../../../support/answered.ts'
import { rejection } from '../../site/wire/memory.ts'
import { migrateSite, sourcesOf } from './migrate-site.ts'

describe('reading back', () => {
  it('tells by name what is read otherwise, or is not there', async () => {
    const { run, infisical } = await migrateSite()
    infisical.batches.garble = (name, value) => (name === 'B' ? 'another' : name === 'C' ? '' : value)
    const applied = await run(sourcesOf({ A: '1', B: '2', C: '3' }), { apply: true })
    const fault = migrationFault(applied, [])
    expect(fault).toMatchObject({ code: 'PARITY_FAILED', exitCode: 75 })
    expect(fault?.faults).toEqual(['B is read as another value', 'C is read as nothing'])
  })

  it('that the store’s identity may not do is told with what gives it back its rights', async () => {
    const { run, server, folder } = await migrateSite()
    server.before = request => {
      if (request.startsWith('readByStore')) throw answered(403, 'You are not allowed')
    }
    const error = await rejection(run(sourcesOf({ A: '1' }), { apply: true }))
    expect(error.message).toMatch(/^all is written, and not proven: the admin may not read it: /)
    expect([error.code, folder()]).toEqual(['SERVER_FAILED', { A: '1' }])
  })

  it('that the server does not answer is told with what is done', async () => {
    const { run, server, folder } = await migrateSite()
    server.before = request => {
      if (request.startsWith('readByStore')) throw answered(500, 'Something went wrong')
    }
    const error = await rejection(run(sourcesOf({ A: '1' }), { apply: true }))
    expect(error.message).toMatch(/^all is written, and not proven: .*500/)
    expect([error.code, folder()]).toEqual(['SERVER_FAILED', { A: '1' }])
  })

  it('is not misled by what was accepted: another value is still told', async () => {
    const { run, infisical } = await migrateSite()
    infisical.batches.garble = () => 'another'
    const applied = await run(sourcesOf({ A: ' 1 ' }), { apply: true, accept: ['changed'] })
    expect(applied.parity?.different).toEqual([{ name: 'A', why: 'A is read as another value' }])
  })
})

describe('references in values', () => {
  const applied = async (garble: (value: string) => string, replaces: boolean) => {
    const { run, infisical, cluster } = await migrateSite()
    const infisicalStore = { secretsScope: { expandSecretReferences: replaces } }
    await cluster.create({
      ...{ ...kinds.clusterSecretStore, metadata: { name: 'talent-mesh.prod' } },
      spec: { provider: { infisical: infisicalStore } },
    })
    infisical.batches.garble = (_, value) => garble(value)
    return await run(sourcesOf({ A: `x\${B} ` }), { apply: true, accept: ['changed'] })
  }

  it('may be read as something else where the store replaces them, and was accepted', async () => {
    expect((await applied(() => 'x', true)).parity).toMatchObject({ changed: ['A'], different: [] })
  })

  it('are read as they are where it does not: another value is told', async () => {
    const { parity } = await applied(() => 'x', false)
    expect(parity?.different).toEqual([{ name: 'A', why: 'A is read as another value' }])
  })
})
