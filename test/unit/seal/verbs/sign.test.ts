import { createPublicKey, generateKeyPairSync, verify as verifyBytes } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { openBundle, signaturePath } from '../../../../src/bundle/layout/index.ts'
import { requireTrusted } from '../../../../src/bundle/opening/trust.ts'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { readSite } from '../../../../src/kernel/inputs/site-file.ts'
import { Secret, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import { inspect } from '../../../../src/seal/verbs/inspect.ts'
import { newKey } from '../../../../src/seal/verbs/keys-new.ts'
import { sign } from '../../../../src/seal/verbs/sign.ts'
import { verify } from '../../../../src/seal/verbs/verify.ts'
import { install } from '../../../../src/site/verbs/install/index.ts'
import { remove } from '../../../../src/site/verbs/remove/index.ts'
import { memoryFiles, memorySource } from '../../../support/memory-files.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { sampleBundle } from '../../../support/sample-bundle.ts'
import { smallSite } from '../../site/wire/sites.ts'

const sample = sampleBundle()
const ask = async () => new Secret('correct horse')
const talk = recordedTalk()
let files = memoryFiles()
beforeEach(async () => {
  files = memoryFiles()
  await files.write('b.tar', sample.file)
})

/** Makes a key and gives its public half's text. */
async function key(name: string): Promise<string> {
  const made = await newKey(name, 'ed25519', files, ask)
  return files.readText(made.public)
}

const siteText = (keys?: readonly string[]) =>
  keys === undefined ? smallSite : `${smallSite}keys: ${JSON.stringify(keys)}\n`

describe('sign', () => {
  test('writes one line that is over the bytes of index.json', async () => {
    const pem = await key('release')
    const signed = await sign('b.tar', 'release.key', files, ask)
    expect(signed).toMatchObject({ path: 'b.tar.sig', digest: sample.plan.indexDigest })
    const signature = Buffer.from(await files.readText('b.tar.sig'), 'base64')
    expect(verifyBytes(null, sample.plan.index, createPublicKey(pem), signature)).toBe(true)
  })

  test('does not sign what is no bundle, nor with a public key, and writes nothing then', async () => {
    await key('release')
    await files.write('zeros.tar', Buffer.alloc(4096))
    await expect(sign('zeros.tar', 'release.key', files, ask)).rejects.toMatchObject({
      code: 'BUNDLE_MALFORMED',
    })
    await expect(sign('b.tar', 'release.pub', files, ask)).rejects.toMatchObject({ code: 'KEY_INVALID' })
    expect(await files.exists('b.tar.sig')).toBe(false)
  })

  test('asks for no passphrase where the key has none', async () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    await files.write('plain.key', privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const never = () => Promise.reject(new Error('asked'))
    await expect(sign('b.tar', 'plain.key', files, never)).resolves.toMatchObject({ path: 'b.tar.sig' })
  })
})

test('a signature lies beside the bundle', () => {
  expect(signaturePath({ path: 'out/b.tar' })).toBe('out/b.tar.sig')
})

test.each(['', '.', '..', './', 'keys/', 'keys/..'])(
  'a new key wants a name, and "%s" is none',
  async name => {
    const never = () => Promise.reject(new Error('asked'))
    await expect(newKey(name, 'ecdsa', files, never)).rejects.toMatchObject({ code: 'USAGE' })
  },
)

test('a passphrase is asked for by the name of its file', async () => {
  const asked: [string, boolean | undefined][] = []
  const asking = (path: string, fresh?: boolean) => {
    asked.push([path, fresh])
    return ask()
  }
  await newKey('release', 'ed25519', files, asking)
  await sign('b.tar', 'release.key', files, asking)
  expect(asked).toEqual([
    ['release.key', true],
    ['release.key', undefined],
  ])
})

test.each(['k.key', 'k.pub'])('a new key does not overwrite %s', async taken => {
  await files.write(taken, 'mine')
  await expect(newKey('k', 'ecdsa', files, ask)).rejects.toMatchObject({
    code: 'FILE_FAILED',
    message: expect.stringContaining(taken),
  })
  expect(await files.readText(taken)).toBe('mine')
})

describe('verify', () => {
  const run = (...keys: string[]) => verify({ bundle: 'b.tar', platform: undefined, keys }, files, talk)

  test('says whether a signature lies there, and by whom it is when it is asked', async () => {
    await key('release')
    expect(await run()).toMatchObject({ signature: 'absent' })
    expect((await inspect('b.tar', files)).signature).toBe(false)
    const signed = await sign('b.tar', 'release.key', files, ask)
    expect(await run()).toMatchObject({ signature: 'unchecked' })
    expect((await inspect('b.tar', files)).signature).toBe(true)
    await key('other')
    expect(await run('other.pub', 'release.pub')).toMatchObject({ signature: signed.key, faults: [] })
    await expect(run('other.pub')).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
  })

  test('with a key wants a signature, and a public key', async () => {
    await key('release')
    await expect(run('release.pub')).rejects.toMatchObject({ code: 'BUNDLE_UNSIGNED' })
    await expect(run('release.key')).rejects.toMatchObject({ code: 'KEY_INVALID' })
  })

  test('names no bundle whose signature it did not check', async () => {
    await key('release')
    await sign('b.tar', 'release.key', files, ask)
    const other = sampleBundle({ seed: 'other' }).file
    expect(other).toHaveLength(sample.file.length)
    const [first, second] = [memorySource(other), memorySource(sample.file)]
    let reads = 0
    // What lies there is another bundle once the first has been read.
    const read = (offset: number, length: number) => {
      if (offset === 0) reads++
      return (reads > 1 ? second : first).read(offset, length)
    }
    const openBundle = async () => ({ ...first, path: 'b.tar', read })
    const changing = verify(
      { bundle: 'b.tar', platform: undefined, keys: ['release.pub'] },
      { ...files, openBundle },
      talk,
    )
    await expect(changing).rejects.toMatchObject({
      code: 'BUNDLE_DAMAGED',
      message: 'b.tar has changed while it was read',
    })
  })

  test('tells a damaged bundle apart from a wrong signature', async () => {
    await key('release')
    await sign('b.tar', 'release.key', files, ask)
    const damaged = Buffer.from(sample.file)
    const at = sample.plan.wanted[0]?.offset ?? 0
    damaged[at] = (damaged[at] ?? 0) ^ 1
    await files.write('b.tar', damaged)
    await expect(run('release.pub')).rejects.toMatchObject({ code: 'BUNDLE_DAMAGED' })
  })
})

describe('the gate of a site', () => {
  const pass = async (keys: readonly string[] | undefined, allowUnsigned: boolean, file = sample.file) =>
    requireTrusted(
      'b.tar.sig',
      await openBundle(memorySource(file)),
      parseSite(siteText(keys), 'site.yaml'),
      allowUnsigned,
      files,
    )

  test('lets a bundle pass that one of its keys signed', async () => {
    const [release, other] = [await key('release'), await key('other')]
    const signed = await sign('b.tar', 'release.key', files, ask)
    expect(await pass([other, release], false)).toBe(signed.key)
  })

  test('refuses one that is unsigned, whatever the user says', async () => {
    const release = await key('release')
    for (const text of [undefined, '', '\n']) {
      if (text !== undefined) await files.write('b.tar.sig', text)
      for (const allowed of [false, true])
        await expect(pass([release], allowed)).rejects.toMatchObject({ code: 'BUNDLE_UNSIGNED' })
    }
  })

  test('refuses a key it does not know, whatever the user says', async () => {
    const other = await key('other')
    await key('release')
    await sign('b.tar', 'release.key', files, ask)
    for (const allowed of [false, true])
      await expect(pass([other], allowed)).rejects.toMatchObject({
        code: 'SIGNATURE_INVALID',
        faults: [expect.stringContaining('tried ed25519 key sha256:')],
      })
  })

  test('refuses the signature of another bundle', async () => {
    const release = await key('release')
    await sign('b.tar', 'release.key', files, ask)
    const another = sampleBundle({ seed: 'another' }).file
    await expect(pass([release], false, another)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
  })

  test('without keys lets a bundle pass only when the user says so', async () => {
    await expect(pass(undefined, false)).rejects.toMatchObject({
      code: 'BUNDLE_UNSIGNED',
      hints: [expect.stringContaining('an entry of "keys"'), expect.stringContaining('--allow-unsigned')],
    })
    expect(await pass(undefined, true)).toBe('unsigned')
  })

  test('names the key of the site file that cannot be used', async () => {
    const broken = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'
    await expect(pass([await key('release'), broken], false)).rejects.toMatchObject({
      code: 'KEY_INVALID',
      message: expect.stringContaining('keys[1] of the site file'),
    })
  })
})

describe('before anything on the site is looked at', () => {
  const untouchable = new Proxy(
    {},
    { get: (_, name) => () => Promise.reject(new Error(`${String(name)} was called`)) },
  )
  const host = () =>
    ({ files, cluster: untouchable, runtime: untouchable, clock: { now: () => 0 } }) as unknown as SiteHost
  const allow = { unsigned: true, downgrade: true, upgrade: true, anySite: true, takeOver: false }

  test('install and remove refuse a bundle that the site does not trust', async () => {
    await files.write('site.yaml', siteText([await key('release')]))
    const site = await readSite('site.yaml', files)
    const refused = { code: 'BUNDLE_UNSIGNED' }
    const installing = install({ bundle: 'b.tar', site, journal: 'j', allow }, host(), talk)
    await expect(installing).rejects.toMatchObject(refused)
    const request = {
      bundle: 'b.tar',
      site: site.site,
      purge: false,
      allowUnsigned: true,
      auditLog: 'audit.jsonl',
    }
    await expect(remove(request, host(), talk)).rejects.toMatchObject(refused)
  })
})
