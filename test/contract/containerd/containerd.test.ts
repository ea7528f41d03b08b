import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRuntime, detectRuntime } from '../../../src/adapters/containerd/index.ts'
import { startContainerd, type TestContainerd } from '../../support/containerd.ts'
import { containerdReleases } from '../../support/containerd-release.ts'
import { clearPinsAsK3s } from '../../support/k3s-start.ts'
import { killImport } from '../../support/killed-load.ts'
import { tinyLayout } from '../../support/layout.ts'
import { parts, runtimeContract } from './contract.ts'

describe.each(containerdReleases)('a real containerd $version', ({ major }) => {
  let containerd: TestContainerd
  beforeAll(async () => {
    containerd = await startContainerd(major)
  })
  afterAll(() => containerd?.stop())
  const open = () => createRuntime(containerd)
  const ctr = (...words: string[]) => containerd.run(...words)

  const imageOf = async (name: string) => (await open().images()).find(image => image.name === name)

  runtimeContract(open, archive => killImport(containerd, archive))

  it('unpacks an image that was imported without', async () => {
    const name = 'docker.io/sealift-test/lazy:1'
    const { tar } = await tinyLayout([{ name, file: 'lazy' }])
    const file = join(containerd.dir, 'lazy.tar')
    await writeFile(file, tar)
    await ctr('images', 'import', '--no-unpack', file)
    const snapshots = async () => (await ctr('snapshots', 'ls')).split('\n').length
    const before = await snapshots()
    await open().unpack(name)
    expect(await snapshots()).toBe(before + 1)
    expect(await ctr('snapshots', 'ls')).not.toContain('sealift-unpack')
    const mounts = await readFile('/proc/self/mountinfo', 'utf8')
    expect(mounts.split('\n').filter(line => line.includes(containerd.dir))).toEqual([])
  })

  it('pins so that a start of K3s leaves it, and mends a pin that it would take; other labels stay', async () => {
    const [own, older] = ['docker.io/sealift-test/own:1', 'docker.io/sealift-test/older:1']
    const images = [own, older].map(name => ({ name, file: name }))
    await open().import(parts((await tinyLayout(images)).tar))
    await ctr('images', 'label', older, 'io.cri-containerd.pinned=pinned', 'io.cattle.k3s.pinned=pinned')
    await ctr('images', 'label', own, 'own=1')
    await open().pin(own, (await imageOf(own))?.digest)
    const pins = async () =>
      (await open().images())
        .filter(({ name }) => name === own || name === older)
        .map(({ pinned, pinEnds }) => ({ pinned, pinEnds }))
    const safe = { pinned: true, pinEnds: undefined }
    expect(await pins()).toEqual([{ pinned: false, pinEnds: true }, safe])
    await clearPinsAsK3s(containerd)
    expect(await pins()).toEqual([{ pinned: false, pinEnds: undefined }, safe])
    expect(await imageOf(own)).toMatchObject({ brought: true })
    await ctr('images', 'label', older, 'io.cri-containerd.pinned=pinned', 'io.cattle.k3s.pinned=pinned')
    await open().pin(older, (await imageOf(older))?.digest)
    await ctr('images', 'label', own, 'io.cri-containerd.pinned=pinned', 'io.cattle.k3s.pinned=pinned')
    await clearPinsAsK3s(containerd)
    expect(await imageOf(own)).toMatchObject({ brought: true, pinned: false })
    await open().pin(own)
    expect(await pins()).toEqual([safe, safe])
    const listed = await ctr('images', 'ls', `name==${own}`)
    expect(listed).toMatch(/[ ,]own=1[ ,]/)
    expect(listed).not.toContain('io.cattle.k3s.pinned')
  })

  it('passes a large archive on as it comes', async () => {
    const name = 'docker.io/sealift-test/large:1'
    const file = createHash('sha512')
      .update('seed')
      .digest('hex')
      .repeat(1 << 19)
    const { tar } = await tinyLayout([
      { name, file },
      { name: `${name}.5`, file: `${file}2` },
    ])
    let ahead = 0
    async function* slow() {
      for await (const part of parts(tar, 1 << 16)) {
        yield part
        ahead += part.length
      }
    }
    await open().import(slow())
    expect(ahead).toBe(tar.length)
    expect((await open().images()).find(image => image.name === name)?.complete).toBe(true)
  })

  it('says what to do without a socket or a ctr', async () => {
    const nowhere = createRuntime({ ...containerd, address: join(containerd.dir, 'none.sock') })
    await expect(nowhere.images()).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      message: expect.stringContaining('does not answer'),
      hints: [expect.stringContaining('K3s')],
    })
    await expect(createRuntime({ ctr: ['/none/k3s', 'ctr'] }).images()).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      message: expect.stringContaining('cannot run /none/k3s'),
    })
  })

  it('says that the socket is not open to a user without rights', async () => {
    const script = `import { createRuntime } from '${join(import.meta.dirname, '../../../src/adapters/containerd/index.ts')}'
      process.setuid(65534)
      await createRuntime(${JSON.stringify(containerd)}).images()
        .catch(error => console.log(error.code, error.message))`
    const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', script])
    expect(stdout).toMatch(/^LOAD_FAILED containerd's socket is not open to this user/)
  })

  it('is found by what the site says', async () => {
    const site = { ctr: containerd.ctr, address: containerd.address }
    expect(await detectRuntime({ environment: { PATH: '/usr/bin' }, site })).toEqual(site)
    expect(await readFile(join(containerd.dir, 'config.toml'), 'utf8')).toContain(site.address)
  })
})
