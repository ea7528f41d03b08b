/** `ci try` and `ci workflow` as a person meets them, without a site. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sealift, sealiftJson } from '../support/road.ts'
import { smallSite } from '../unit/site/wire/sites.ts'

const tenancy = `apiVersion: sealift.dev/v1
kind: Tenancy
organization: openova
projects: [{ slug: talent-mesh, environments: [prod] }]
identities:
  - name: ci
    access: [{ project: talent-mesh, read: [/ci/**] }]
    login: { github: { owner: openova, repositories: [app], branches: [main] } }
`
const claims = {
  ...{ iss: 'https://token.actions.githubusercontent.com', aud: 'https://github.com/openova' },
  ...{ repository_owner: 'openova', repository: 'openova/app', ref: 'refs/heads/main', event_name: 'push' },
}

let dir: string
let file: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealift-ci-'))
  file = join(dir, 'tenancy.yaml')
  await writeFile(file, tenancy)
})
afterAll(() => rm(dir, { recursive: true, force: true }))

test('without claims it tries its own, and says who gets in', async () => {
  const { exitCode, stdout } = await sealift(['ci', 'try', '-f', file, 'ci'])
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^yes +app, refs\/heads\/main, by push /m)
  expect(stdout).toMatch(/^no +pull request from a fork +event_name is pull_request, /m)
})

test('claims come from a file or as they are, and end with 76 where they would not get in', async () => {
  const path = join(dir, 'claims.json')
  await writeFile(path, JSON.stringify(claims))
  const good = await sealift(['ci', 'try', '-f', file, 'ci', '--claims', path])
  expect([good.exitCode, good.stdout.includes(path)]).toEqual([0, true])
  const other = JSON.stringify({ ...claims, ref: 'refs/pull/1/merge' })
  const bad = await sealift(['ci', 'try', '-f', file, 'ci', '--claims', path, '--claims', other])
  expect([bad.exitCode, bad.stderr]).toEqual([76, expect.stringContaining('ref is refs/pull/1/merge')])
  const { json } = await sealiftJson(['ci', 'try', '-f', file, 'ci', '--claims', other])
  expect(json).toMatchObject({ error: { code: 'CI_REFUSED' }, cases: [{ given: true, admitted: false }] })
})

test('a token in the place of claims is told so, and not shown', async () => {
  const path = join(dir, 'token')
  const token = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl'
  await writeFile(path, token)
  for (const given of [path, token, `${token}x.`.repeat(20)]) {
    const { exitCode, stdout, stderr } = await sealift(['ci', 'try', '-f', file, 'ci', '--claims', given])
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('has no claims in it')])
    if (given !== path) expect(stderr).not.toContain('eyJ')
    expect(stdout + stderr).not.toContain(token)
  }
})

test('a workflow wants the address of the site, and an action that is named as one', async () => {
  const site = join(dir, 'site.yaml')
  await writeFile(site, smallSite)
  const words = ['ci', 'workflow', '-c', site, '-f', file, 'ci']
  const bare = await sealift(words)
  expect([bare.exitCode, bare.stderr]).toEqual([40, expect.stringContaining('give it url')])
  const { exitCode, stderr } = await sealift([...words, '--action', 'secrets-action'])
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('OWNER/REPOSITORY@REF')])
})
