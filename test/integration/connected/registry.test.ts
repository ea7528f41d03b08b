import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { push } from '../../support/connected/push.ts'
import { randomImage } from '../../support/connected/random.ts'
import { startRegistry, type TestRegistry } from '../../support/connected/registry.ts'
import { asDocker, imageIndex } from '../../support/connected/variants.ts'
import { goTool } from '../../support/tools/build.ts'

const auth = { user: 'reader', password: 'only for this test' }

describe.each(['basic', 'token'] as const)('a registry with %s authentication', scheme => {
  let registry: TestRegistry
  let dir: string
  beforeAll(async () => {
    registry = await startRegistry({ auth: { ...auth, scheme } })
    dir = await mkdtemp(join(tmpdir(), 'sealift-auth-'))
  })
  afterAll(async () => {
    await registry.stop()
    await rm(dir, { recursive: true, force: true })
  })

  test('refuses strangers and lets its user push and a real client pull', async () => {
    const image = await randomImage({ layers: 2, bytesPerLayer: 10_000, seed: scheme })
    await expect(push(registry.host, 'team/app', '1', image)).rejects.toThrow(/401.*UNAUTHORIZED/)
    await push(registry.host, 'team/app', '1', image, await registry.authorization('team/app'))

    const authFile = join(dir, 'auth.json')
    const encoded = Buffer.from(`${auth.user}:${auth.password}`).toString('base64')
    await writeFile(authFile, JSON.stringify({ auths: { [registry.host]: { auth: encoded } } }))
    const source = `docker://${registry.host}/team/app:1`
    const inspect = ['inspect', '--raw', '--tls-verify=false']
    const stranger = await execa('skopeo', [...inspect, '--no-creds', source], { reject: false })
    expect(stranger.failed).toBe(true)
    expect(stranger.stderr).toMatch(/unauthorized|authentication required|401/i)
    const { stdout } = await execa('skopeo', [...inspect, '--authfile', authFile, source])
    expect(JSON.parse(stdout).layers).toHaveLength(2)
  })
})

describe('a registry for everyone', () => {
  let registry: TestRegistry
  beforeAll(async () => {
    registry = await startRegistry()
  })
  afterAll(() => registry.stop())

  test.each(['OCI', 'Docker'])('holds an index of two architectures in %s form, whole', async form => {
    const oci = await imageIndex({
      amd64: await randomImage({ layers: 1, bytesPerLayer: 3000, seed: 'a', architecture: 'amd64' }),
      arm64: await randomImage({ layers: 2, bytesPerLayer: 3000, seed: 'b', architecture: 'arm64' }),
    })
    const index = form === 'Docker' ? await asDocker(oci) : oci
    const repository = form.toLowerCase()
    await push(registry.host, repository, 'v1', index)
    const crane = await goTool('crane')
    const name = `${registry.host}/${repository}:v1`
    await execa(crane, ['validate', '--insecure', '--remote', name])
    const digest = await execa(crane, ['digest', '--insecure', '--platform', 'linux/arm64', name])
    expect(digest.stdout).toBe(index.images?.[1]?.manifest.digest)
  })

  test('keeps a random image the same for the same seed', async () => {
    const wanted = { layers: 1, bytesPerLayer: 2_000_000, seed: 'same' }
    const [one, two] = [await randomImage(wanted), await randomImage(wanted)]
    expect(two.manifest.digest).toBe(one.manifest.digest)
    expect((await randomImage({ ...wanted, seed: 'other' })).manifest.digest).not.toBe(one.manifest.digest)
  })
})
