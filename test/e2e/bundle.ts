/** The bundle as it is carried: built, read by other people's tools, and found out when it is bad. */
import { copyFile, mkdir, open, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Diff } from '../../src/seal/diff/index.ts'
import { startContainerd, type TestContainerd } from '../support/containerd.ts'
import { withEntries } from '../support/forged-bundle.ts'
import { sealift, sealiftJson } from '../support/road.ts'
import type { Sandbox } from '../support/sandbox.ts'
import { goTool } from '../support/tools/build.ts'

const images = [
  'docker.io/sealift-sandbox/external-secrets:v0.20.4',
  'docker.io/sealift-sandbox/infisical-stand-in:0.1.0',
]

/** Declares the tests of the bundle that `made` gives once it is built. */
export function bundle(made: () => Sandbox): void {
  let sandbox: Sandbox
  beforeAll(() => {
    sandbox = made()
  })

  describe('lock and build', () => {
    test('a second lock is the same text', async () => {
      const path = join(sandbox.spec, 'bundle.lock.yaml')
      const before = await readFile(path, 'utf8')
      const { json } = await sealiftJson<{ drift: string[] }>(['lock', sandbox.spec, ...sandbox.registries])
      expect(json.drift).toEqual([])
      expect(await readFile(path, 'utf8')).toBe(before)
    })

    test('builds at concurrency 1 and 8 are the same file, byte for byte', async () => {
      for (const streams of ['1', '8']) {
        const out = join(sandbox.dir, streams)
        expect(
          (await sealift(['build', sandbox.spec, '-o', out, '-j', streams, ...sandbox.registries])).exitCode,
        ).toBe(0)
        await execa('cmp', [sandbox.bundle, join(out, 'sandbox-1.0.0.tar')])
      }
    })

    test('a changed values file is drift: exit 15, and no bundle', async () => {
      const changed = join(sandbox.dir, 'changed')
      await execa('cp', ['-r', sandbox.spec, changed])
      await writeFile(join(changed, 'values', 'external-secrets.yaml'), 'installCRDs: false\n')
      const out = join(sandbox.dir, 'changed-out')
      const { exitCode, stderr } = await sealift(['build', changed, '-o', out, ...sandbox.registries])
      expect(exitCode).toBe(15)
      expect(stderr).toContain('values/external-secrets.yaml')
      await expect(open(join(out, 'sandbox-1.0.0.tar'))).rejects.toThrow('ENOENT')
    })

    test('a changed value is named by diff, in the object and field that it changes; a delta carries no layer', async () => {
      const spec = join(sandbox.dir, 'next')
      await execa('cp', ['-r', sandbox.spec, spec])
      const values = join(spec, 'values', 'infisical.yaml')
      await writeFile(values, (await readFile(values, 'utf8')).replace(/memory: 512Mi/g, 'memory: 500Mi'))
      const version = (text: string) => text.replace('version: 1.0.0', 'version: 1.0.1')
      const specFile = join(spec, 'bundle.yaml')
      await writeFile(specFile, version(await readFile(specFile, 'utf8')))
      for (const args of [
        ['lock', spec],
        ['build', spec, '-o', sandbox.dir],
      ])
        expect((await sealift([...args, ...sandbox.registries])).exitCode).toBe(0)
      const next = join(sandbox.dir, 'sandbox-1.0.1.tar')
      const { stdout, exitCode } = await sealift([
        'diff',
        sandbox.bundle,
        next,
        '--objects',
        '--exit-code',
        '-q',
      ])
      expect(exitCode).toBe(15)
      expect(stdout).toContain('~ version: was 1.0.0, now 1.0.1')
      expect(stdout.slice(stdout.indexOf('Kubernetes objects:'))).toBe(
        [
          'Kubernetes objects:',
          '~ Deployment infisical/infisical',
          '    spec.template.spec.containers[infisical-infisical].resources.requests.memory: was "512Mi", now "500Mi"',
        ].join('\n'),
      )
      const { json } = await sealiftJson<Diff>(['diff', sandbox.bundle, next])
      expect(json.layers).toMatchObject({ shared: { count: 4 }, added: { count: 0 }, removed: { count: 0 } })
    })

    test('every image says why it is there', async () => {
      const { json } = await sealiftJson<{ images: { name: string; reasons: { object: string }[] }[] }>([
        'images',
        sandbox.bundle,
        '--why',
      ])
      expect(json.images.map(({ name }) => name)).toEqual(images)
      expect(json.images[0]?.reasons.map(({ object }) => object)).toEqual([
        'Deployment/external-secrets',
        'Deployment/external-secrets-cert-controller',
        'Deployment/external-secrets-webhook',
      ])
    })
  })

  describe("other people's tools read the bundle as it is", () => {
    let containerd: TestContainerd | undefined
    let tree: string
    afterAll(() => containerd?.stop())

    beforeAll(async () => {
      tree = join(sandbox.dir, 'tree')
      await mkdir(tree)
      await execa('tar', ['xf', sandbox.bundle, '-C', tree])
    })

    test.each(images)('skopeo inspects %s', async name => {
      const { stdout } = await execa('skopeo', ['inspect', `oci-archive:${sandbox.bundle}:${name}`])
      expect(JSON.parse(stdout)).toMatchObject({ Os: 'linux', Architecture: 'amd64' })
    })

    test('skopeo copies an image out of it', async () => {
      const out = join(sandbox.dir, 'copied')
      await execa('skopeo', [
        'copy',
        '--insecure-policy',
        `oci-archive:${sandbox.bundle}:${images[0]}`,
        `dir:${out}`,
      ])
      expect(await readFile(join(out, 'manifest.json'), 'utf8')).toContain('layers')
    })

    test('ctr imports the whole file: the images, and nothing but the images', async () => {
      containerd = await startContainerd()
      await containerd.run('images', 'import', sandbox.bundle)
      expect(await containerd.names()).toEqual(images)
      const checked = (await containerd.run('images', 'check')).split('\n').slice(1)
      expect(checked.filter(line => !/\scomplete \(/.test(line))).toEqual([])
    })

    test('oras takes the chart out of it into a registry, and helm shows it from there', async () => {
      const index = JSON.parse(await readFile(join(tree, 'index.json'), 'utf8'))
      const chart = index.manifests.find(
        (entry: { annotations?: Record<string, string> }) =>
          entry.annotations?.['dev.sealift.chart.name'] === 'external-secrets',
      )
      const oras = await goTool('oras')
      const { stdout } = await execa(oras, ['manifest', 'fetch', '--oci-layout', `${tree}@${chart.digest}`])
      expect(JSON.parse(stdout).config.mediaType).toBe('application/vnd.cncf.helm.config.v1+json')
      const target = `${sandbox.connected.registry}/out/external-secrets:0.20.4`
      await execa(oras, ['cp', '--from-oci-layout', `${tree}@${chart.digest}`, target, '--to-plain-http'])
      const show = [
        'show',
        'chart',
        `oci://${sandbox.connected.registry}/out/external-secrets`,
        '--version',
        '0.20.4',
        '--plain-http',
      ]
      expect((await execa(await goTool('helm'), show)).stdout).toContain('name: external-secrets')
    })

    test('crane validates an image that was pushed out of it', async () => {
      const target = `${sandbox.connected.registry}/out/stand-in:0.1.0`
      await execa('skopeo', [
        'copy',
        '--insecure-policy',
        '--dest-tls-verify=false',
        `oci-archive:${sandbox.bundle}:${images[1]}`,
        `docker://${target}`,
      ])
      const { all } = await execa(await goTool('crane'), ['validate', '--insecure', '--remote', target], {
        all: true,
      })
      expect(all).toContain('PASS')
    })
  })

  describe('bad bundles', () => {
    const bad = (name: string) => join(sandbox.dir, `${name}.tar`)

    test('a flipped byte is found and named: exit 31', async () => {
      await copyFile(sandbox.bundle, bad('flipped'))
      const file = await open(bad('flipped'), 'r+')
      const at = 60_000_000
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at)
      await file.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, at)
      await file.close()
      const { exitCode, stderr } = await sealift(['verify', bad('flipped'), '-q'])
      expect(exitCode).toBe(31)
      expect(stderr).toMatch(/sealift-sandbox|helm/)
    })

    test('one cut in half is damaged, and verify says what is missing: exit 31', async () => {
      await copyFile(sandbox.bundle, bad('half'))
      await truncate(bad('half'), 58_000_000)
      const { exitCode, json } = await sealiftJson<{ error: { faults: string[] } }>(['verify', bad('half')])
      expect(exitCode).toBe(31)
      expect(json.error.faults.join('\n')).toMatch(/missing|ends/)
    })

    test.each([
      ['a name with ../', { name: '../../etc/cron.d/x', body: Buffer.from('x') }],
      ['a link', { name: 'blobs/sha256/link', body: Buffer.alloc(0), type: '2', linkTarget: '/etc/passwd' }],
    ])('%s is refused: exit 30', async (_, entry) => {
      await writeFile(
        bad('forged'),
        withEntries(await readFile(sandbox.bundle), entries => [...entries, entry]),
      )
      for (const verb of ['verify', 'inspect']) {
        const { exitCode, stderr } = await sealift([verb, bad('forged'), '-q'])
        expect(exitCode).toBe(30)
        expect(stderr).not.toMatch(/\n\s+at /)
      }
    })

    test('a platform that the images are not for: exit 32', async () => {
      const { exitCode, stderr } = await sealift([
        'verify',
        sandbox.bundle,
        '--platform',
        'linux/arm64',
        '-q',
      ])
      expect(exitCode).toBe(32)
      expect(stderr).toContain('linux/arm64')
    })
  })
}
