/** Keys and signatures together with the real cosign, in a network namespace of its own: nothing is sent anywhere. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Finished, sealift } from '../support/road.ts'
import { sampleBundle } from '../support/sample-bundle.ts'
import { goTool } from '../support/tools/build.ts'

const password = 'correct horse 4711'
const types = ['ecdsa', 'ed25519'] as const
const sample = sampleBundle()
let dir: string
let cosignPath: string

/** Runs cosign without a network. */
async function cosign(...args: string[]): Promise<Finished> {
  const env = { COSIGN_PASSWORD: password, HOME: dir }
  const words = ['--net', cosignPath, ...args]
  const { exitCode, stdout, stderr } = await execa('unshare', words, { cwd: dir, env, reject: false })
  return { exitCode: exitCode ?? -1, stdout, stderr }
}

const ours = (...args: string[]) => sealift(args, { env: { SEALIFT_KEY_PASSPHRASE: password } })
const verifyBlob = (key: string, signature: string, file = 'index.json') =>
  cosign('verify-blob', '--key', key, '--signature', signature, '--insecure-ignore-tlog', file)
const signBlob = (key: string, signature: string) => {
  const offline = ['--tlog-upload=false', '--use-signing-config=false', '--new-bundle-format=false']
  return cosign('sign-blob', '--key', key, ...offline, '--output-signature', signature, '--yes', 'index.json')
}

beforeAll(async () => {
  cosignPath = await goTool('cosign')
  dir = await mkdtemp(join(tmpdir(), 'sealift-cosign-'))
  await writeFile(join(dir, 'b.tar'), sample.file)
  const { stdout } = await execa('tar', ['xOf', 'b.tar', 'index.json'], {
    cwd: dir,
    encoding: 'buffer',
    stripFinalNewline: false,
  })
  await writeFile(join(dir, 'index.json'), stdout)
  await writeFile(join(dir, 'other.json'), '{}')
  for (const type of types)
    expect(await ours('keys', 'new', join(dir, type), '--type', type)).toMatchObject({ exitCode: 0 })
  expect(await cosign('generate-key-pair', '--output-key-prefix', 'theirs')).toMatchObject({ exitCode: 0 })
}, 900_000)
afterAll(() => rm(dir, { recursive: true, force: true }))

describe.each(types)('a key of keys new --type %s', type => {
  test('signs, and cosign verifies it', async () => {
    expect(await ours('sign', join(dir, 'b.tar'), '--key', join(dir, `${type}.key`))).toMatchObject({
      exitCode: 0,
    })
    expect(await verifyBlob(`${type}.pub`, 'b.tar.sig')).toMatchObject({ exitCode: 0 })
    expect((await verifyBlob(`${type}.pub`, 'b.tar.sig', 'other.json')).exitCode).not.toBe(0)
    expect((await verifyBlob('theirs.pub', 'b.tar.sig')).exitCode).not.toBe(0)
  })

  test('is opened by cosign, and we verify what cosign signs with it', async () => {
    expect(await signBlob(`${type}.key`, 'b.tar.sig')).toMatchObject({ exitCode: 0 })
    const verified = await ours('verify', join(dir, 'b.tar'), '--key', join(dir, `${type}.pub`))
    expect(verified).toMatchObject({ exitCode: 0 })
    expect(verified.stdout).toMatch(/signed {2}by key sha256:[0-9a-f]{64}/)
    expect((await ours('verify', join(dir, 'b.tar'), '--key', join(dir, 'theirs.pub'))).exitCode).toBe(34)
  })

  test('has the public half that cosign sees in it', async () => {
    const { stdout } = await cosign('public-key', '--key', `${type}.key`)
    expect(`${stdout}\n`).toBe((await execa('cat', [join(dir, `${type}.pub`)])).stdout.concat('\n'))
  })
})

describe("cosign's own key", () => {
  test('signs with us, and both verify it', async () => {
    expect(await ours('sign', join(dir, 'b.tar'), '--key', join(dir, 'theirs.key'))).toMatchObject({
      exitCode: 0,
    })
    expect(await verifyBlob('theirs.pub', 'b.tar.sig')).toMatchObject({ exitCode: 0 })
    expect((await ours('verify', join(dir, 'b.tar'), '--key', join(dir, 'theirs.pub'))).exitCode).toBe(0)
  })

  test('signs with cosign, and we verify it', async () => {
    expect(await signBlob('theirs.key', 'b.tar.sig')).toMatchObject({ exitCode: 0 })
    expect((await ours('verify', join(dir, 'b.tar'), '--key', join(dir, 'theirs.pub'))).exitCode).toBe(0)
  })

  test('imported from PKCS#8, is the same key', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    await writeFile(join(dir, 'plain.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const imported = await cosign('import-key-pair', '--key', 'plain.pem', '--output-key-prefix', 'imported')
    expect(imported).toMatchObject({ exitCode: 0 })
    expect((await ours('sign', join(dir, 'b.tar'), '--key', join(dir, 'plain.pem'))).exitCode).toBe(0)
    expect(await verifyBlob('imported.pub', 'b.tar.sig')).toMatchObject({ exitCode: 0 })
  })
})
