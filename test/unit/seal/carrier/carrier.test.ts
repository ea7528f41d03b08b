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
})
