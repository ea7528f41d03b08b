import { beforeAll, describe, expect, test } from 'vitest'
import { exportRuns, readEntry } from '../../../../src/kernel/history/index.ts'
import { readSite } from '../../../../src/kernel/inputs/index.ts'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { auditFault, verifyAudit } from '../../../../src/site/verbs/audit-verify.ts'
import { installOn, removeFrom } from './memory-site.ts'
import { type MemoryWorld, memoryWorld } from './memory-world.ts'

let site: MemoryWorld
let file: Awaited<ReturnType<typeof readSite>>['site']
beforeAll(async () => {
  site = await memoryWorld()
  file = (await readSite('site.yaml', site.host.files)).site
  await installOn(site.host, '1.0.0')
})

const verify = (more: object = {}) => verifyAudit({ site: file, ...more }, site.host)
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('an install', () => {
  test('is on record with its site, its bundle and its steps', async () => {
    const { text } = await exportRuns({ site: file.metadata.name }, site.host)
    const [begin, end] = text.trimEnd().split('\n').map(readEntry)
    expect(begin).toMatchObject({
      what: 'begin',
      site: 'bank-prod',
      bundle: expect.stringMatching(/^sha256:/),
    })
    if (end?.what !== 'end') throw new Error('it has no end')
    expect(end.outcome).toBe('done')
    const titles = end.steps.map(({ title }) => title)
    expect(titles).toEqual(expect.arrayContaining(['Make namespaces', 'Prepare database and keys']))
  })

  test('leaves a whole log, whose head is found again', async () => {
    const { head } = await verify()
    expect(await verify({ expect: head })).toMatchObject({ entries: 2, runs: 1, unended: [], since: 0 })
    expect(auditFault(await verify({ expect: head }), head)).toBeUndefined()
  })

  test('a log without the line that was told is a fault', async () => {
    const other = `sha256:${'1'.repeat(64)}` as const
    expect(auditFault(await verify({ expect: other }), other)).toMatchObject({
      code: 'AUDIT_BROKEN',
      exitCode: 66,
    })
  })

  test('an export is verified as a file, and is not written over', async () => {
    const written = () => exportRuns({ site: 'bank-prod', output: 'runs.jsonl' }, site.host)
    const { exported } = await written()
    expect(exported).toMatchObject({ lines: 2, file: 'runs.jsonl' })
    expect(await verify({ file: 'runs.jsonl' })).toMatchObject({ from: 'runs.jsonl', head: exported.head })
    expect(await refusal(written())).toMatchObject({ code: 'USAGE' })
    const alone = { site: undefined, file: 'runs.jsonl' }
    expect(await verify(alone)).toMatchObject({ sites: ['bank-prod'], head: exported.head })
    expect(await refusal(verify({ site: undefined }))).toMatchObject({ code: 'USAGE' })
    expect(await refusal(verify({ file: 'none.jsonl' }))).toMatchObject({ code: 'FILE_FAILED' })
  })

  test('of another site is not shown', async () => {
    expect(await refusal(exportRuns({ site: 'other' }, site.host))).toMatchObject({ code: 'FOREIGN_INSTALL' })
    const other = { ...file, metadata: { name: 'other' } }
    expect(await refusal(verify({ site: other }))).toMatchObject({ code: 'FOREIGN_INSTALL' })
  })

  test('as a file, one of another site or without a line is none of this site’s', async () => {
    const { text } = await exportRuns({ site: 'bank-prod' }, site.host)
    await site.host.files.write('theirs.jsonl', text.replaceAll('bank-prod', 'bank-test'))
    expect(await refusal(verify({ file: 'theirs.jsonl' }))).toMatchObject({
      code: 'FOREIGN_INSTALL',
      message: expect.stringContaining('bank-test'),
    })
    for (const nothing of ['', '\n\n\n']) {
      await site.host.files.write('empty.jsonl', nothing)
      expect(await refusal(verify({ file: 'empty.jsonl' }))).toMatchObject({ code: 'AUDIT_BROKEN' })
    }
  })

  test('as a file without a newline at its end is the same', async () => {
    const { text, exported } = await exportRuns({ site: 'bank-prod' }, site.host)
    await site.host.files.write('cut.jsonl', text.trimEnd())
    expect(await verify({ file: 'cut.jsonl' })).toMatchObject({ entries: 2, head: exported.head })
  })

  test('that somebody has rewritten is found, and where', async () => {
    const { head } = await verify()
    const log = await site.cluster.get(kinds.configMap, 'sealift-audit-0001', 'sealift-system')
    const { 'entries.jsonl': text = '' } = (log?.['data'] ?? {}) as Record<string, string>
    const put = (entries: string) =>
      site.cluster.apply({
        ...kinds.configMap,
        metadata: { name: 'sealift-audit-0001', namespace: 'sealift-system' },
        data: { 'entries.jsonl': entries },
      })
    await put(text.replace('bank-prod', 'bank-test'))
    const found = await verify({ expect: head })
    expect(auditFault(found, head)).toMatchObject({
      faults: [expect.stringMatching(/^sealift-audit-0001, line 2: /)],
    })
    await put(text)
  })
})

test('a purge takes the log to a file, with its own end; nothing of it is on the site', async () => {
  await removeFrom(site.host, '1.0.0', true)
  expect(await refusal(verify())).toMatchObject({ code: 'NOT_INSTALLED' })
  const found = await verify({ file: 'audit.jsonl' })
  expect(found).toMatchObject({ entries: 4, runs: 2, unended: [] })
  expect(found.broken).toBeUndefined()
  // The server of this test stays set up: the run fails, and is on record all the same.
  expect(await refusal(installOn(site.host, '1.0.0'))).toMatchObject({ code: 'FOREIGN_INSTALL' })
  await removeFrom(site.host, '1.0.0', true)
  // Another chain, in another file.
  expect(await verify({ file: 'audit.jsonl-2' })).toMatchObject({ entries: 4, runs: 2 })
})
