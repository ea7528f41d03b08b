/** Builds that must fail: the exit code, words that help, no stack trace, and never a file under the bundle's name. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { parseLock, printLock } from '../../src/bundle/lock/index.ts'
import { type Descriptor, digestOf } from '../../src/kernel/oci/index.ts'
import { servedImages, testLayer } from '../contract/registry/images.ts'
import type { ServedImage } from '../support/faulty-registry.ts'
import { expectRefusal, type Refusals, rightSpec, startRefusals } from '../support/refusals.ts'
import { sealift } from '../support/road.ts'

let refusals: Refusals
let folder: string
let images: Record<string, ServedImage>
let layer: Descriptor

beforeAll(async () => {
  refusals = await startRefusals()
  layer = await testLayer()
  images = await servedImages()
  folder = await refusals.spec('spec', rightSpec)
  const { flags } = await refusals.registry('good', { images })
  const { exitCode, stderr } = await sealift(['lock', folder, ...flags])
  if (exitCode !== 0) throw new Error(stderr)
  // A build runs no helm: a small file in its place is read, hashed and written sooner.
  await writeFile(`${folder}/tool`, 'no helm')
  const content = { digest: digestOf('no helm'), size: 7 }
  const path = `${folder}/bundle.lock.yaml`
  const lock = parseLock(await readFile(path, 'utf8'), path)
  const tools = lock.tools.map(tool => ({ ...tool, source: 'tool', content }))
  await writeFile(path, printLock({ ...lock, tools }))
}, 300_000)
afterAll(() => refusals?.stop())

// At once: a stream that breaks off is waited for, 12 s in all, while the others run. Retry-After asks for no wait.
describe.concurrent('from a registry', () => {
  const path = /\/manifests\//
  const headers = { 'retry-after': '0' }
  const begun = ['small-1.0.0.tar.journal', 'small-1.0.0.tar.partial']
  const goesOn = /→ run it again: it goes on where it stopped/
  const ofLayer = (fault: object) => () => ({ path: new RegExp(layer.digest), ...fault })
  const bytes = (size?: number) => () => ({ ...ofLayer({})(), bytes: Buffer.alloc(size ?? layer.size) })
  /** Not before something else is there, so that there is something to go on from. */
  const later = (fault: () => { readonly path: RegExp }) => (out: string) => ({
    ...fault(),
    hold: vi.waitFor(async () => expect(await readFile(`${out}/${begun[0]}`, 'utf8')).toContain('"blob"'), {
      timeout: 60_000,
    }),
  })

  test.each([
    [
      'cuts a layer',
      ofLayer({ cutAfter: 999 }),
      21,
      [/blob \S+ broke off 6 times, last after [\d.]+ [kM]?B of/, goesOn],
    ],
    [
      'has less of it',
      later(bytes(999)),
      23,
      [/team\/app\S+ \S+ has 999 bytes for it, 4400000 were expected/, goesOn],
    ],
    ['has it wrong', later(bytes()), 23, [/blob \S+ has other content than its digest says, twice/, goesOn]],
    ['has it not', ofLayer({ status: 404 }), 12, [/team\/app\S+ not found at/, /→ Check the name/]],
  ])('that %s leaves what is begun, and no bundle', async (name, fault, exit, words) => {
    const { server, flags } = await refusals.registry(name, { images })
    const out = refusals.at(`out ${name}`)
    server.fault(fault(out))
    expectRefusal(await sealift(['build', folder, '-o', out, ...flags]), exit, words)
    expect((await readdir(out)).sort()).toEqual(begun)
  })

  test.each([
    ['401', { status: 401 }, 20, [/team\/app\S+ \S+ denies access \(401\)/, /→ Credentials for .* go into/]],
    ['404', { status: 404 }, 12, [/team\/app\S+ not found at/, /→ Check the name/]],
    ['429', { status: 429, headers }, 21, [/team\/app\S+ \S+ asks to slow down .*5 times/, /→ Log in /]],
    ['500', { status: 500, headers }, 21, [/team\/app\S+ \S+ answered 500, tried 5 times/]],
  ])('that answers %s to begin with leaves nothing', async (name, fault, exit, words) => {
    const { server, flags } = await refusals.registry(name, { images })
    server.fault({ path, ...fault })
    const out = refusals.at(`out ${name}`)
    expectRefusal(await sealift(['build', folder, '-o', out, ...flags]), exit, words)
    expect(await readdir(out).catch(() => [])).toEqual([])
  })
})

test('on a disk without room leaves nothing on it', async () => {
  const { flags } = await refusals.registry('full', { images })
  const out = refusals.at('full')
  await mkdir(out)
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'sealift-test', out])
  try {
    const words = [/small-1\.0\.0\.tar.* 4\.[45] MB, 2\.1 MB are free/]
    expectRefusal(await sealift(['build', folder, '-o', out, ...flags]), 24, words)
    expect(await readdir(out)).toEqual([])
  } finally {
    await execa('umount', [out])
  }
})
