/** Specs that cannot be locked and a bundle that does not fit: the exit code, words that help, and nothing changed. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { specTitle } from '../../src/bundle/layout/index.ts'
import { printLock } from '../../src/bundle/lock/index.ts'
import { printYaml } from '../../src/kernel/yaml/index.ts'
import { expectRefusal, nobody, type Refusals, rightSpec, startRefusals } from '../support/refusals.ts'
import { sealift } from '../support/road.ts'
import { sampleBundle } from '../support/sample-bundle.ts'
import { smallSite } from '../unit/site/wire/sites.ts'

let refusals: Refusals

beforeAll(async () => {
  refusals = await startRefusals()
}, 300_000)
afterAll(() => refusals?.stop())

describe('lock', () => {
  const [chart] = rightSpec.charts
  const faulty = {
    ...rightSpec,
    metadata: { name: 'Small', version: '1.0.0' },
    platform: ['linux/amd64'],
    kubernetes: '1.36',
    charts: [{ ...chart, version: '^1.0.0' }],
    budget: { memory: '640 MB', cpu: '1m' },
  }
  const faults = [
    /^ {2}- metadata\.name: .*lower-case/,
    /^ {2}- platform: .*platforms/,
    /^ {2}- kubernetes: .*1\.36\.0/,
    /^ {2}- charts\[0\]\.version: .*an exact version/,
    /^ {2}- budget\.memory: .*640Mi/,
  ]
  const repo = (host: string) => ({
    ...chart,
    path: undefined,
    repo: `http://${host}/charts`,
    version: '9.9.9',
  })
  const index = 'entries: { app: [{ version: 1.1.0, urls: [app.tgz] }, { version: 1.0.0, urls: [app.tgz] }] }'
  const noImage = { ...rightSpec, images: [`${nobody}/team/none:1`] }
  const old = printLock(sampleBundle().lock)

  test.each([
    ['five faults', () => faulty, 10, [/bundle\.yaml has 5 faults/, /→ .*bundles\/README\.md/, ...faults]],
    [
      'a chart version that is not there',
      (host: string) => ({ ...rightSpec, charts: [repo(host)] }),
      11,
      [/\/charts has no app 9\.9\.9/, /→ Nearest versions there: 1\.1\.0, 1\.0\.0/],
    ],
    ['an image that is not there', () => noImage, 12, [/team\/none:1: not found at/, /→ Check the name/]],
  ])('of %s says so, and leaves the old lock as it is', async (name, specFor, exit, words) => {
    const files = { '/charts/index.yaml': Buffer.from(index) }
    const { server, flags } = await refusals.registry(name, { files })
    const folder = await refusals.spec(`${name} spec`, specFor(server.host))
    await writeFile(`${folder}/bundle.lock.yaml`, old)
    expectRefusal(await sealift(['lock', folder, ...flags]), exit, words)
    expect((await readdir(folder)).sort()).toEqual(['bundle.lock.yaml', 'bundle.yaml', 'chart', 'helm'])
    expect(await readFile(`${folder}/bundle.lock.yaml`, 'utf8')).toBe(old)
  })
})

test('install of a bundle for another architecture ends before a cluster is asked', async () => {
  const [architecture, here] = process.arch === 'arm64' ? ['amd64', 'arm64'] : ['arm64', 'amd64']
  const wired = ['infisical', 'external-secrets'].map(name => ({
    ...rightSpec.charts[0],
    ...{ name, release: name, wire: name },
  }))
  const spec = Buffer.from(printYaml({ ...rightSpec, charts: wired }))
  const { file } = sampleBundle({
    architecture: architecture as 'amd64' | 'arm64',
    contents: all => ({
      ...all,
      files: all.files.map(one => (one.title === specTitle ? { ...one, bytes: spec } : one)),
    }),
  })
  const site = refusals.at('site')
  await mkdir(site)
  await writeFile(`${site}/bundle.tar`, file)
  await writeFile(`${site}/site.yaml`, `${smallSite}cluster: { kubeconfig: ${site}/none }\n`)
  const words = ['install', `${site}/bundle.tar`, '-c', `${site}/site.yaml`, '--allow-unsigned']
  const names = new RegExp(`- image docker\\.io/\\S+ is for linux/${architecture}, not for linux/${here}`)
  expectRefusal(await sealift(words), 32, [names])
  expect((await readdir(site)).sort()).toEqual(['bundle.tar', 'site.yaml'])
})
