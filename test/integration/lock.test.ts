/** `sealift lock` on bundles/sandbox, against a real registry and Helm repository, with the real helm. */
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectedHost } from '../../src/adapters/connected-host.ts'
import { thisPlatform } from '../../src/adapters/platform.ts'
import { makeLock } from '../../src/seal/locking/make-lock.ts'
import type { LockRequest } from '../../src/seal/locking/request.ts'
import { type ConnectedSide, push, randomImage, startConnectedSide } from '../support/connected/index.ts'
import { recordedTalk } from '../support/recorded-talk.ts'

const sandbox = join(import.meta.dirname, '../../bundles/sandbox')

let side: ConnectedSide
let host: Awaited<ReturnType<typeof connectedHost>>
let folder: string

beforeAll(async () => {
  side = await startConnectedSide(console.log)
  host = await connectedHost(side.registriesFile, {}, () => {})
}, 900_000)

afterAll(async () => {
  await host?.close()
  await side?.stop()
})

/** Makes a lock of a copy of the sandbox with its bundle.yaml changed, and writes none; gives what people were told as well. */
async function locked(change: (text: string) => string = text => text, request: Partial<LockRequest> = {}) {
  await writeFile(join(folder, 'bundle.yaml'), change(await readFile(join(sandbox, 'bundle.yaml'), 'utf8')))
  const whole = { specDir: folder, platform: thisPlatform(), budget: 'hold', ...request } as const
  const talk = recordedTalk()
  return { ...(await makeLock(whole, host, talk)), told: talk.told }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-lock-test-'))
  await cp(sandbox, folder, { recursive: true, filter: path => !path.endsWith('bundle.lock.yaml') })
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the sandbox', () => {
  test('locks to two images, each with its reasons, within the budget', async () => {
    const { lock: result, budget, drift } = await locked()
    expect(result.images.map(({ name, reasons }) => [name, reasons.length])).toEqual([
      ['docker.io/sealift-sandbox/external-secrets:v0.20.4', 3],
      ['docker.io/sealift-sandbox/infisical-stand-in:0.1.0', 1],
    ])
    expect(result.charts.map(({ name, source }) => [name, source])).toEqual([
      ['external-secrets', 'oci://oci.sandbox.test/charts/external-secrets'],
      ['infisical-standalone', 'http://charts.sandbox.test'],
    ])
    expect(result.files.map(({ path }) => path)).toEqual([
      'bundle.yaml',
      'values/external-secrets.yaml',
      'values/infisical.yaml',
    ])
    expect(result.suspects).toEqual([])
    expect(result.budget.declared).toEqual({ memory: 640 * 2 ** 20, cpu: 300 })
    const surge = { memory: 512 * 2 ** 20, cpu: 250 }
    expect(budget).toMatchObject({ missing: [], over: {}, surge, temporary: { memory: 0, cpu: 0 } })
    expect(drift).toBeUndefined()
  })

  test('locks to the same text again, and then without drift', async () => {
    const first = await locked()
    await writeFile(join(folder, 'bundle.lock.yaml'), first.text)
    const second = await locked()
    expect(second.text).toBe(first.text)
    expect(second.drift).toEqual([])
  })

  test('a tag that moved since is told with both digests', async () => {
    const addImage = (text: string) => `${text}\nimages: [docker.io/sealift-sandbox/moving:1]\n`
    const seeds = ['one', 'two']
    const locks = []
    for (const seed of seeds) {
      const image = await randomImage({ layers: 1, bytesPerLayer: 1000, seed })
      await push(side.registry, 'sealift-sandbox/moving', '1', image)
      locks.push(await locked(addImage))
      await writeFile(join(folder, 'bundle.lock.yaml'), locks.at(-1)?.text ?? '')
    }
    const [was, is] = locks.map(
      ({ lock: { images } }) => images.find(({ name }) => name.includes('moving'))?.digest,
    )
    expect(was).not.toBe(is)
    expect(locks[1]?.drift?.map(({ sentence }) => sentence)).toEqual([
      `image docker.io/sealift-sandbox/moving:1: the tag moved: was ${was}, now ${is}`,
    ])
    await rm(join(folder, 'bundle.lock.yaml'))
  })
})

test('links are followed below the spec’s folder and told of; one that leads out is refused', async () => {
  const values = join(folder, 'values/infisical.yaml')
  await rename(values, join(folder, 'shared.yaml'))
  await symlink('../shared.yaml', values)
  const chart = join(folder, 'linked')
  await mkdir(join(chart, 'templates'), { recursive: true })
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: linked\nversion: 1.0.0\n')
  await writeFile(join(folder, 'map.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n')
  for (let i = 0; i < 7; i++) await symlink('../../map.yaml', join(chart, `templates/${i}.yaml`))
  const entry = '  - { name: linked, version: 1.0.0, path: linked, release: linked, namespace: linked }\n'
  const add = (text: string) => text.replace(/^charts:\n/m, `charts:\n${entry}`)
  const { told, lock: result } = await locked(add)
  expect(result.charts[0]).toMatchObject({ name: 'linked', source: 'linked' })
  expect(told).toContain(
    'chart linked: 7 symbolic links followed: templates/0.yaml, templates/1.yaml, templates/2.yaml, templates/3.yaml, templates/4.yaml, and 2 more',
  )
  await rm(values)
  await symlink('/etc/hostname', values)
  await expect(locked()).rejects.toMatchObject({
    code: 'SPEC_INVALID',
    faults: [expect.stringContaining('values/infisical.yaml leads to /etc/hostname, which is outside of')],
  })
  await rm(values)
  await rename(join(folder, 'shared.yaml'), values)
})

describe('what cannot be locked', () => {
  test.each([
    ['an unknown version in an OCI registry', 'version: 0.20.4', 'version: 0.99.0', 'CHART_NOT_FOUND'],
    [
      'an unknown version in a Helm repository',
      'version: 0.1.0-standin',
      'version: 9.9.9',
      'CHART_NOT_FOUND',
    ],
    ['an unknown chart', 'charts/external-secrets', 'charts/nothing', 'CHART_NOT_FOUND'],
    ['a tool that is not there', 'tools/helm:v4.3.1', 'tools/helm:v0', 'IMAGE_NOT_FOUND'],
    ['no helm for this platform', 'platform: linux/amd64', 'platform: linux/arm64', 'SPEC_INVALID'],
    ['values that are not there', 'values/infisical.yaml', 'values/nothing.yaml', 'SPEC_INVALID'],
    ['crdValues that make no CRDs', 'installCRDs: true', 'installCRDs: false', 'RENDER_FAILED'],
    ['a member that is not in the archive', 'member: linux-amd64/helm', 'member: helm', 'CONTENT_MISMATCH'],
    [
      'a platform the images do not have',
      'platforms: [linux/amd64]',
      'platforms: [linux/arm64]',
      'IMAGE_NOT_FOUND',
    ],
    ['more than the budget', 'memory: 640Mi', 'memory: 600Mi', 'BUDGET_EXCEEDED'],
  ])('%s', async (_, from, to, code) => {
    await expect(locked(text => text.replace(from, to))).rejects.toMatchObject({ code })
  })

  test('an unknown version names those there are', async () => {
    const failure = { hints: expect.arrayContaining(['Nearest versions there: 0.1.0-standin.']) }
    await expect(locked(text => text.replace('0.1.0-standin', '9.9.9'))).rejects.toMatchObject(failure)
  })

  test('over the budget passes with a warning when the user says so', async () => {
    const { budget, told } = await locked(text => text.replace('memory: 640Mi', 'memory: 600Mi'), {
      budget: 'warn',
    })
    expect(budget.over).toEqual({ memory: 40 * 2 ** 20 })
    expect(told).toContain('warning: the pods request more than the budget: memory 640Mi of 600Mi')
  })

  test('an image that is not there is told with the place that needs it', async () => {
    const values = join(folder, 'values/infisical.yaml')
    const text = await readFile(values, 'utf8')
    await writeFile(values, text.replace('tag: 0.1.0', 'tag: 9.9.9'))
    await expect(locked()).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      hints: expect.arrayContaining([
        'The image is needed by infisical-standalone Deployment/infisical spec.template.spec.containers[0].image.',
      ]),
    })
    await writeFile(values, text)
  })

  test('a Kubernetes that the chart does not support is helm’s own error', async () => {
    await expect(
      locked(text => text.replace('kubernetes: 1.35.4', 'kubernetes: 1.10.0')),
    ).rejects.toMatchObject({
      code: 'RENDER_FAILED',
      hints: expect.arrayContaining([expect.stringContaining('kubeVersion')]),
    })
  })
})
