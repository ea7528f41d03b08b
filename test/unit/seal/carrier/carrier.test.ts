import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { readPrivateKey } from '../../../../src/bundle/sign/index.ts'
import { findExecutables, writeCarrier } from '../../../../src/seal/carrier/index.ts'
import { elfHead, memoryCarrying } from '../../../support/memory-carrying.ts'
import { memoryFiles, memorySource } from '../../../support/memory-files.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'

const { file, lock, plan } = sampleBundle()
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const key = readPrivateKey(
  String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  undefined,
  'release.key',
)

test('of several platforms each has its program, and the guide says which', async () => {
  const files = memoryFiles()
  await files.write('b.tar', file)
  await files.write('own', elfHead('linux/amd64'))
  await files.write('given', elfHead('linux/arm64'))
  const carrying = memoryCarrying(files, { 'linux/amd64': 'own' })
  const executables = await findExecutables(['linux/amd64', 'linux/arm64'], ['given'], carrying)
  const cargo = {
    ...{ source: memorySource(file, 'b.tar'), bundle: { digest: plan.indexDigest, lock } },
    ...{ signature: 'a line\n', key, keyFile: 'keys/release.key', executables },
  }
  const made = await writeCarrier('out', cargo, { files, carrying }, recordedTalk())
  expect(made.executables).toEqual([
    { name: 'sealift-linux-amd64', platform: 'linux/amd64' },
    { name: 'sealift-linux-arm64', platform: 'linux/arm64' },
  ])
  expect(await files.readBytes('out/sealift-linux-arm64')).toEqual(elfHead('linux/arm64'))
  const guide = await files.readText('out/GUIDE.txt')
  expect(guide).toContain('sealift-linux-arm64 is for linux/arm64')
  expect(guide).toContain('chmod +x sealift-linux-amd64 sealift-linux-arm64')
  expect(guide).toContain('Linux on amd64 or arm64')
  const typed = [...guide.matchAll(/^ {2}\.\/sealift-linux-amd64 (\S+)/gm)].map(([, verb]) => verb)
  expect(typed).toEqual(['verify', 'preflight', 'plan', 'install', 'receipt', 'check'])
})

/** Carries the sample bundle under a name, with what its lock calls it. */
async function carriedAs(path: string, metadata = lock.metadata) {
  const files = memoryFiles()
  await files.write(path, file)
  await files.write('own', elfHead('linux/amd64'))
  const carrying = memoryCarrying(files, {})
  const cargo = {
    ...{
      source: memorySource(file, path),
      bundle: { digest: plan.indexDigest, lock: { ...lock, metadata } },
    },
    ...{ signature: 'a line\n', key, keyFile: 'release.key' },
    executables: [{ platform: 'linux/amd64', path: 'own' }],
  }
  await writeCarrier('out', cargo, { files, carrying }, recordedTalk())
  return await files.readText('out/GUIDE.txt')
}

test('what a bundle calls itself is one line of the guide, and nothing that is typed', async () => {
  const guide = await carriedAs('b.tar', { name: 'a\n\n  echo typed', version: '1\u202e2' })
  expect(guide).toContain(String.raw`WHAT IS HERE: a\u{a}\u{a}  echo typed 1\u{202e}2`)
  expect(guide.split('\n').filter(line => line.trimStart().startsWith('echo'))).toEqual([])
})

test.each(['a\u202eb.tar', 'a\u2028b.tar', 'a\u200bb.tar', 'a\nb.tar', '-b.tar'])(
  'a name that people read otherwise than a shell is not carried: %j',
  async path => {
    await expect(carriedAs(path)).rejects.toMatchObject({ code: 'FILE_FAILED' })
  },
)
