import { describe, expect, it } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { migrationFault } from '../../../../src/teams/verbs/migrate-sops/index.ts'
import { answered } from '../../../support/answered.ts'
import { rejection } from '../../site/wire/memory.ts'
import { migrateSite, sourcesOf } from './migrate-site.ts'

const changes = ({ secrets }: { readonly secrets: readonly { name: string; change: string }[] }) =>
  Object.fromEntries(secrets.map(({ name, change }) => [name, change]))

describe('a plan of a migration', () => {
  it('says of each secret its name, place, size and what would become of it, and writes nothing', async () => {
    const { run, server, infisical } = await migrateSite()
    infisical.batches.folders.set(
      'talent-mesh/prod',
      new Map([
        ['SAME', 'v'],
        ['OTHER', 'before'],
      ]),
    )
    const planned = await run(sourcesOf({ SAME: 'v', OTHER: 'after', NEW: 'Ünï' }))
    expect(planned.secrets).toEqual([
      { name: 'SAME', file: 'prod.enc.yaml', at: 'SAME', bytes: 1, change: 'equal' },
      { name: 'OTHER', file: 'prod.enc.yaml', at: 'OTHER', bytes: 5, change: 'change' },
      { name: 'NEW', file: 'prod.enc.yaml', at: 'NEW', bytes: 5, change: 'create' },
    ])
    expect(planned).not.toHaveProperty('written')
    expect(server.changes()).toEqual([])
    expect(migrationFault(planned, [])).toBeUndefined()
  })

  it('has no value in it', async () => {
    const { run, talk } = await migrateSite()
    const planned = await run(
      sourcesOf({ A: 'hunter2-A', B: ' hunter2-B ', C: `x\${hunter2}`, 'a:b': 'hunter2' }),
    )
    expect(JSON.stringify([planned, migrationFault(planned, []), talk])).not.toContain('hunter2')
  })

  it('names the project or environment that is meant, where there is none', async () => {
    const { run } = await migrateSite()
    const project = await rejection(run(sourcesOf({ A: '1' }), { project: 'talent-mehs' }))
    expect(project).toMatchObject({ code: 'MIGRATION_UNFIT', exitCode: 74 })
    expect(project.message).toContain('the server has no project talent-mehs')
    const environment = await rejection(run(sourcesOf({ A: '1' }), { environment: 'prdo' }))
    expect(environment.message).toContain('project talent-mesh has no environment prdo')
    expect([project, environment]).toMatchObject([
      { hints: expect.arrayContaining(['did you mean talent-mesh?']) },
      { hints: expect.arrayContaining(['did you mean prod?', 'there are: dev, prod, staging']) },
    ])
  })

  it('is at fault where there is nothing to migrate', async () => {
    const { run } = await migrateSite()
    const left = [{ file: 'values.yaml', reason: 'is not of sops' }]
    const planned = await run({ found: [], doubts: [], left })
    expect(planned.left).toEqual(left)
    expect(migrationFault(planned, [])?.code).toBe('MIGRATION_UNFIT')
  })
})

describe('an apply of a migration', () => {
  it('writes what is missing and reads it back; a second one writes nothing', async () => {
    const { run, server, folder } = await migrateSite()
    const sources = sourcesOf({ A: '1', B: 'two lines\nhere\n', C: '' })
    const applied = await run(sources, { apply: true })
    expect(applied).toMatchObject({ written: 3, parity: { equal: 3, changed: [], different: [] } })
    expect(folder()).toEqual({ A: '1', B: 'two lines\nhere\n', C: '' })
    expect(server.changes()).toEqual(['putSecrets prod / 3'])
    server.asked.length = 0
    const again = await run(sources, { apply: true })
    expect(again).toMatchObject({ written: 0, parity: { equal: 3 } })
    expect(changes(again)).toEqual({ A: 'equal', B: 'equal', C: 'equal' })
    expect(server.changes()).toEqual([])
  })

  it('leaves alone what else is in the folder', async () => {
    const { run, infisical, folder } = await migrateSite()
    infisical.batches.folders.set('talent-mesh/prod', new Map([['OTHERS', 'v']]))
    await run(sourcesOf({ A: '1' }), { apply: true })
    expect(folder()).toEqual({ OTHERS: 'v', A: '1' })
  })

  it('makes the folder with those above it', async () => {
    const { run, folder } = await migrateSite()
    const planned = await run(sourcesOf({ A: '1' }), { path: '/db/primary' })
    expect(planned.newFolder).toBe(true)
    await run(sourcesOf({ A: '1' }), { path: '/db/primary', apply: true })
    expect(folder('talent-mesh/prod/db/primary')).toEqual({ A: '1' })
  })

  it('writes nothing at all while something would not survive', async () => {
    const { run, server } = await migrateSite()
    for (const values of [
      { A: '1', 'a:b': '2' },
      { A: '1', B: ' v ' },
    ]) {
      const applied = await run(sourcesOf(values), { apply: true })
      const fault = migrationFault(applied, [])
      expect(fault).toMatchObject({ code: 'MIGRATION_UNFIT', exitCode: 74 })
      expect(fault?.faults).toHaveLength(1)
      expect(applied).not.toHaveProperty('written')
    }
    expect(server.changes()).toEqual([])
  })

  it('leaves out what is refused, where that is accepted', async () => {
    const { run, folder } = await migrateSite()
    const applied = await run(sourcesOf({ A: '1', 'a:b': '2' }), { apply: true, accept: ['refused'] })
    expect(changes(applied)).toEqual({ A: 'create', 'a:b': 'left' })
    expect([folder(), migrationFault(applied, ['refused'])]).toEqual([{ A: '1' }, undefined])
  })

  it('writes what is changed, where that is accepted, and not again', async () => {
    const { run, folder, server } = await migrateSite()
    const sources = sourcesOf({ A: '1', PADDED: ' v ', HALF: 'a\ud800' })
    const applied = await run(sources, { apply: true, accept: ['changed'] })
    expect(folder()).toEqual({ A: '1', PADDED: 'v', HALF: 'a\ufffd' })
    expect(applied.parity).toMatchObject({ equal: 2, changed: ['PADDED'], different: [] })
    server.asked.length = 0
    await run(sources, { apply: true, accept: ['changed'] })
    expect(server.changes()).toEqual([])
  })

  it('keeps going by a name that several files have with one value', async () => {
    const { run, folder, server } = await migrateSite()
    const sources = {
      ...sourcesOf({}),
      found: [...sourcesOf({ A: '1' }).found, ...sourcesOf({ A: '1' }, 'b.env').found],
    }
    const applied = await run(sources, { apply: true })
    expect(applied.secrets.map(({ change }) => change)).toEqual(['create', 'again'])
    expect([folder(), server.changes()]).toEqual([{ A: '1' }, ['putSecrets prod / 1']])
  })
})

it('tells twenty of what stands in the way, and how many more there are', async () => {
  const { run } = await migrateSite()
  const bad = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`a:${i}`, 'v']))
  const faults = migrationFault(await run(sourcesOf(bad)), [])?.faults
  expect([faults?.length, faults?.at(-1)]).toEqual([21, 'and 5 more, as the plan has them'])
})

describe('a report', () => {
  it('has names, places and sizes, and digests that are equal where values are', async () => {
    const { run, host } = await migrateSite()
    await run(sourcesOf({ A: 'hunter2', B: 'v', C: 'v' }), { apply: true, report: 'report.json' })
    const text = await host.files.readText('report.json')
    expect(text).not.toContain('hunter2')
    const { secrets, written } = JSON.parse(text)
    expect([written, secrets[0]]).toMatchObject([3, { name: 'A', file: 'prod.enc.yaml', bytes: 7 }])
    const digests = secrets.map((secret: { digests: object }) => secret.digests)
    for (const { file, read } of digests) expect(file).toBe(read)
    expect(digests[1]).toEqual(digests[2])
    expect(digests[0]).not.toEqual(digests[1])
  })

  it('that cannot be kept is seen before anything is written', async () => {
    const { run, host, server } = await migrateSite()
    const write = async () => {
      throw new SealiftError('FILE_FAILED', 'no such folder')
    }
    Object.assign(host.files, { write })
    const failed = run(sourcesOf({ A: '1' }), { apply: true, report: 'nowhere/report.json' })
    expect((await rejection(failed)).code).toBe('FILE_FAILED')
    expect(server.changes()).toEqual([])
  })
})

describe('a server that fails on the way', () => {
  it('is given time and looked at again', async () => {
    const { run, server, folder, clock } = await migrateSite()
    let failures = 1
    // It has done what it was asked, and nobody heard of it.
    server.after = request => {
      if (request.startsWith('putSecrets') && failures-- > 0) throw answered(500, 'Something went wrong')
    }
    const many = Object.fromEntries(Array.from({ length: 2500 }, (_, i) => [`S${i}`, `${i}`]))
    const applied = await run(sourcesOf(many), { apply: true })
    expect(applied.parity).toMatchObject({ equal: 2500, different: [] })
    expect(Object.keys(folder())).toHaveLength(2500)
    expect(clock.sleeps.length).toBeGreaterThan(0)
  })

  it('ends it after some time, and the next run goes on', async () => {
    const { run, server, folder } = await migrateSite()
    let good = 1
    server.before = request => {
      if (request.startsWith('putSecrets') && good-- <= 0) throw answered(500, 'Something went wrong')
    }
    const many = Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`S${i}`, `${i}`]))
    const error = await rejection(run(sourcesOf(many), { apply: true }))
    expect(error).toMatchObject({ code: 'SERVER_FAILED' })
    expect(Object.keys(folder())).toHaveLength(1000)
    server.before = () => {}
    server.asked.length = 0
    await run(sourcesOf(many), { apply: true })
    expect(server.changes()).toEqual(['putSecrets prod / 500'])
  })
})
