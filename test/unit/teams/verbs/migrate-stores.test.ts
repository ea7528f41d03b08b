import { expect, test } from 'vitest'
import { migrateStores, migrationFault } from '../../../../src/teams/verbs/migrate-stores/index.ts'
import { memoryFiles } from '../../../support/memory-files.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { store } from '../manifests/rewritten.ts'

const old = 'apiVersion: external-secrets.io/v1beta1\nkind: ExternalSecret\n'
const instead = { credentials: { name: 'infisical-universal-auth' } }

async function repository(given: Readonly<Record<string, string | Uint8Array>>) {
  const files = memoryFiles()
  for (const [path, text] of Object.entries(given)) await files.write(path, text)
  const runWith = (scope: object, write: boolean, paths: readonly string[] = ['repo']) =>
    migrateStores({ paths, instead: { ...instead, ...scope }, write }, files, recordedTalk())
  const run = (write = false, ...paths: readonly string[]) =>
    runWith({}, write, paths.length > 0 ? paths : undefined)
  return { files, run, runWith }
}

test('manifests of a folder are found at any depth, and nothing is written unasked', async () => {
  const { files, run } = await repository({
    ...{ 'repo/a.yaml': old, 'repo/b/c.yml': old, 'repo/b/d.json': '{}', 'repo/readme.md': old },
    ...{ 'repo/.git/x.yaml': old, 'repo/node_modules/x.yaml': old },
  })
  const { looked, files: found, notes } = await run()
  expect([looked, found.map(({ file }) => file), notes]).toEqual([3, ['repo/a.yaml', 'repo/b/c.yml'], []])
  expect(found[0]).toMatchObject({
    changes: 1,
    written: false,
    diff: expect.stringContaining('--- a/repo/a.yaml'),
  })
  expect(await files.readText('repo/a.yaml')).toBe(old)
})

test('what is written is not found again', async () => {
  const { files, run } = await repository({ 'repo/a.yaml': old })
  expect((await run(true)).files).toMatchObject([{ written: true }])
  expect(await files.readText('repo/a.yaml')).toBe(old.replace('v1beta1', 'v1'))
  const again = await run(true)
  expect([again.files, migrationFault(again, { check: true, write: false })]).toEqual([[], undefined])
})

test('a file that is named twice comes once, whatever it is called', async () => {
  const { run } = await repository({ 'repo/manifest': old })
  expect((await run(false, 'repo/manifest', 'repo', 'repo/manifest')).looked).toBe(1)
})

test('templates of a chart are told, what is no text left alone', async () => {
  const { run } = await repository({
    ...{ 'repo/Chart.yaml': 'name: a\n', 'repo/templates/a/b.yaml': old, 'repo/crds/c.yaml': old },
    'repo/d.yaml': new Uint8Array([0xff, 0xfe, 0]),
  })
  const { files, notes } = await run()
  expect(files.map(({ file }) => file)).toEqual(['repo/crds/c.yaml'])
  expect(notes).toMatchObject([
    { where: 'repo/d.yaml', kind: 'told', text: expect.stringContaining('UTF-8') },
    { where: 'repo/templates/a/b.yaml', line: 1, kind: 'left', text: expect.stringContaining('Helm') },
  ])
})

test('a path that is not there ends it', async () => {
  const { run } = await repository({ 'repo/a.yaml': old })
  await expect(run(false, 'nowhere')).rejects.toMatchObject({ code: 'FILE_FAILED' })
})

test('asked for a check, anything to do is a difference; after a write, what is left', async () => {
  const left = `${old}---\napiVersion: external-secrets.io/v1alpha1\nkind: SecretStore\n`
  const { run } = await repository({ 'repo/a.yaml': left })
  const found = await run()
  expect(migrationFault(found, { check: false, write: false })).toBeUndefined()
  expect(migrationFault(found, { check: true, write: false })).toMatchObject({
    code: 'TENANCY_DRIFT',
    faults: [expect.stringMatching(/^repo\/a\.yaml:4: SecretStore of v1alpha1/)],
  })
  expect(migrationFault(await run(true), { check: false, write: true })).toMatchObject({
    code: 'TENANCY_UNMET',
  })
})

test('the scope that a first run has asked for is written by the next, and missed by a check until then', async () => {
  const text = store('auth:', '  serviceToken: { secretRef: { name: t, namespace: eso } }')
  const { files, run, runWith } = await repository({ 'repo/a.yaml': text })
  const missed = [expect.stringContaining('no secretsScope')]
  expect(migrationFault(await run(true), { check: false, write: true })).toMatchObject({ faults: missed })
  expect(migrationFault(await run(), { check: true, write: false })).toMatchObject({ faults: missed })
  const again = await runWith({ project: 'talent-mesh', environment: 'prod' }, true)
  expect(migrationFault(again, { check: false, write: true })).toBeUndefined()
  expect(await files.readText('repo/a.yaml')).toContain('projectSlug: talent-mesh')
  expect(migrationFault(await run(), { check: true, write: false })).toBeUndefined()
})
