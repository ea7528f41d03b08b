/** `sealift preflight` as a person meets it: the built program on a real API server, its text, JSON, page and exit code. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PreflightResult } from '../../src/site/preflight/index.ts'
import { type ApiServer, startApiServer } from '../support/apiserver.ts'
import { sealift, sealiftJson } from '../support/road.ts'
import { bundles } from '../unit/site/verbs/memory-site.ts'
import { smallSite } from '../unit/site/wire/sites.ts'

let server: ApiServer
let dir = ''
const at = (name: string) => join(dir, name)
const words = () => ['preflight', at('sample.tar'), '-c', at('site.yaml'), '--allow-unsigned']

beforeAll(async () => {
  server = await startApiServer()
  dir = await mkdtemp(join(tmpdir(), 'sealift-preflight-'))
  await writeFile(at('sample.tar'), bundles['1.0.0'].file)
  await writeFile(
    at('site.yaml'),
    `${smallSite}escrow: none\ncluster: { kubeconfig: ${server.kubeconfig} }\n`,
  )
})
afterAll(async () => {
  await server?.stop()
  await rm(dir, { recursive: true, force: true })
})

test('every check in groups, the faults again at the end, exit 62; a page and XML beside it', async () => {
  const files = ['--html', at('page.html'), '--junit', at('cases.xml')]
  const { exitCode, stdout, stderr } = await sealift([...words(), ...files])
  expect(exitCode).toBe(62)
  for (const line of ['The cluster', '✔ cluster/rights', '✖ postgresql', '✖ dragonfly'])
    expect(stdout).toContain(line)
  expect(stdout).toMatch(/site bank-prod: \d+ faults, .*; nothing was changed$/)
  expect(stderr).toContain('(PREFLIGHT_FAILED)')
  expect(stderr).toContain('postgresql: ')
  expect(await readFile(at('page.html'), 'utf8')).toContain('An install would not go through')
  expect(await readFile(at('cases.xml'), 'utf8')).toContain(
    '<testcase classname="sealift.preflight.services" name="postgresql">',
  )
})

test('--json has the same, and the error beside it', async () => {
  const { exitCode, json: found } = await sealiftJson<PreflightResult & { error?: object }>(words())
  expect(exitCode).toBe(62)
  expect(found).toMatchObject({ ok: false, error: { code: 'PREFLIGHT_FAILED' } })
  const dragonfly = found.checks.find(({ id }) => id === 'dragonfly')
  expect(dragonfly).toMatchObject({
    result: 'fault',
    seen: expect.stringContaining('dragonfly.databases.svc'),
  })
})

test('a file that cannot be written is an error: exit 25', async () => {
  expect((await sealift([...words(), '--html', at('site.yaml/page.html')])).exitCode).toBe(25)
})
