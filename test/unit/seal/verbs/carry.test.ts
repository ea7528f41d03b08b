import { generateKeyPairSync } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import type { Files } from '../../../../src/kernel/ports/index.ts'
import { carry } from '../../../../src/seal/verbs/carry.ts'
import { sign } from '../../../../src/seal/verbs/sign.ts'
import { elfHead, memoryCarrying } from '../../../support/memory-carrying.ts'
import { memoryFiles } from '../../../support/memory-files.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'

const sample = sampleBundle()
const never = () => Promise.reject(new Error('a key without a passphrase'))
let files: Files

beforeEach(async () => {
  files = memoryFiles()
  await files.write('b.tar', sample.file)
  await files.write('program', elfHead('linux/amd64'))
  for (const name of ['release.key', 'other.key']) {
    const { privateKey } = generateKeyPairSync('ed25519')
    await files.write(name, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  }
})

const own = { 'linux/amd64': 'program' }
const run = (more: object = {}, made: Readonly<Record<string, string>> = own, talk = recordedTalk()) => {
  const request = { bundle: 'b.tar', folder: 'out', key: 'release.key', ask: never, executables: [], ...more }
  return carry(request, { files, carrying: memoryCarrying(files, made) }, talk)
}
const names = async () => (await files.entries('out')).map(({ name }) => name)

test('gives the bundle, a signature, the public key, the program, a guide and checksums', async () => {
  const made = await run()
  const beside = ['README.md', 'bundles/README.md', 'bundles/infisical/tenancy.yaml']
  const schemas = ['site', 'tenancy'].map(name => `bundles/schema/${name}.schema.json`)
  const carried = ['GUIDE.txt', 'b.tar', 'sealift', 'b.tar.sig', 'release.pub', ...beside, ...schemas]
  expect(made).toMatchObject({ folder: 'out', digest: sample.plan.indexDigest })
  expect(made.files.map(({ name }) => name)).toEqual(carried)
  expect(made.executables).toEqual([{ name: 'sealift', platform: 'linux/amd64' }])
  const here = carried.filter(name => !name.includes('/'))
  expect(await names()).toEqual([...here, 'bundles', 'SHA256SUMS', 'SHA256SUMS.sig'].sort())
  expect(await files.readText('out/SHA256SUMS')).toMatch(/^([0-9a-f]{64} \*[\w./]+\n){10}$/)
})

test('keeps the signature that is there, and carries none by another key', async () => {
  await sign('b.tar', 'release.key', files, never)
  await run()
  expect(await files.readText('out/b.tar.sig')).toBe(await files.readText('b.tar.sig'))
  await expect(run({ key: 'other.key', folder: 'second' })).rejects.toMatchObject({
    code: 'SIGNATURE_INVALID',
  })
  expect(await files.exists('second')).toBe(false)
})

test.each([
  ['a file', 'out', 'out is there already, and is no folder'],
  ['a folder of others', 'out/theirs', 'out is not empty, and was not made by carry: it is left as it is'],
])('%s in the way is told of before the bundle is read', async (_, path, message) => {
  await files.write(path, 'x')
  await files.write('b.tar', 'no bundle')
  await expect(run()).rejects.toMatchObject({ code: 'FILE_FAILED', message })
})

test('a damaged bundle is not carried', async () => {
  const file = Buffer.from(sample.file)
  const at = file.lastIndexOf(0x1f)
  file[at] = 0x20
  await files.write('b.tar', file)
  await expect(run()).rejects.toMatchObject({ code: expect.stringMatching(/^BUNDLE_(DAMAGED|MALFORMED)$/) })
  expect(await files.exists('out')).toBe(false)
})

test('what is missing of programs is told before anything is read, and what to do', async () => {
  const talk = recordedTalk()
  await expect(run({}, {}, talk)).rejects.toMatchObject({
    code: 'FILE_FAILED',
    message: 'there is no executable of Sealift for linux/amd64 here',
    hints: [expect.stringContaining('npm run executable'), expect.stringContaining('--executable')],
  })
  expect(talk.steps).toEqual([])
  await expect(run({ executables: ['b.tar'] })).rejects.toMatchObject({ code: 'USAGE' })
  await files.write('arm', elfHead('linux/arm64'))
  await expect(run({ executables: ['arm'] })).rejects.toMatchObject({
    code: 'USAGE',
    message: 'arm is for linux/arm64, and the bundle is for linux/amd64',
  })
})

test('a folder that is not finished does not pass', async () => {
  await run()
  const stopped = recordedTalk({ signal: AbortSignal.abort() })
  await expect(run({}, own, stopped)).rejects.toMatchObject({ code: 'INTERRUPTED' })
  await files.write('b.tar', sampleBundle({ seed: 'other' }).file)
  const carrying = memoryCarrying(files, own)
  const place = async (from: string, to: string, how: never) => {
    if (from === 'program') throw new Error('killed')
    return await carrying.place(from, to, how)
  }
  const request = { bundle: 'b.tar', folder: 'out', key: 'release.key', ask: never, executables: [] }
  await expect(carry(request, { files, carrying: { ...carrying, place } }, recordedTalk())).rejects.toThrow(
    'killed',
  )
  expect(await names()).not.toContain('SHA256SUMS.sig')
})

test.each(['-b.tar', 'sealift', 'GUIDE.txt', 'SHA256SUMS', 'a\\b.tar', 'a\nb.tar'])(
  'a bundle called %j is refused',
  async name => {
    await files.write(name, sample.file)
    await expect(run({ bundle: name })).rejects.toMatchObject({ code: 'FILE_FAILED' })
    expect(await files.exists('out')).toBe(false)
  },
)

test('a folder of others is left as it is; what an earlier run has left over is told', async () => {
  await files.write('out/README.md', 'mine')
  await expect(run()).rejects.toMatchObject({
    code: 'FILE_FAILED',
    message: 'out is not empty, and was not made by carry: it is left as it is',
  })
  expect([await names(), await files.readText('out/README.md')]).toEqual([['README.md'], 'mine'])
  await run({ folder: 'own' })
  await files.write('b-2.tar', sample.file)
  const talk = recordedTalk()
  await run({ folder: 'own', bundle: 'b-2.tar' }, own, talk)
  expect(talk.told).toEqual(['warning: own has more, which SHA256SUMS does not name: b.tar, b.tar.sig'])
})

test('a name with spaces is a word of the guide’s lines', async () => {
  await files.write('my bundle.tar', sample.file)
  await run({ bundle: 'my bundle.tar' })
  expect(await files.readText('out/GUIDE.txt')).toContain("./sealift install 'my bundle.tar' -c site.yaml")
})
