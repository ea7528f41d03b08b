import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { openBundle } from '../../../../src/bundle/layout/index.ts'
import { digestOf, mediaTypes } from '../../../../src/kernel/oci/index.ts'
import { build } from '../../../../src/seal/verbs/build/index.ts'
import { lock } from '../../../../src/seal/verbs/lock.ts'
import { connectedSpec } from '../../../support/connected-spec.ts'
import { elfHead, memoryCarrying } from '../../../support/memory-carrying.ts'
import { memorySource } from '../../../support/memory-files.ts'

const platform = 'linux/amd64'
const request = { specDir: 'spec', platform, output: 'out', concurrency: 2, epoch: 0 }
const bundle = 'out/small-1.0.0.tar'

async function locked() {
  const made = await connectedSpec()
  await lock({ specDir: 'spec', platform, budget: 'hold' }, made.host, made.talk)
  made.lines.length = 0
  return { ...made, run: (more = {}) => build({ ...request, ...more }, made.host, made.talk) }
}

test('with --locked all is resolved anew first, and a difference builds nothing', async () => {
  const { files, lines, run, pushImage } = await locked()
  pushImage('another layer')
  await expect(run({ locked: true })).rejects.toMatchObject({ code: 'LOCK_DRIFT' })
  expect(await files.exists(bundle)).toBe(false)
  pushImage('the layer')
  lines.length = 0
  expect(await run({ locked: true })).toMatchObject({ path: bundle, unchanged: false })
  const begun = lines.filter(line => line.startsWith('…'))
  expect([begun[0], begun.at(-1)]).toEqual(['… Get helm v4.3.1 for linux/amd64', `… Fill ${bundle}`])
})

test('with a key the bundle is signed; one that cannot be used is told of before anything is fetched', async () => {
  const { files, lines, run } = await locked()
  const ask = () => Promise.reject(new Error('this key has no passphrase'))
  await expect(run({ sign: { key: 'none.key', ask } })).rejects.toMatchObject({ code: 'FILE_FAILED' })
  expect(lines).toEqual([])
  const { privateKey } = generateKeyPairSync('ed25519')
  await files.write('release.key', privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const { digest, signature } = await run({ sign: { key: 'release.key', ask } })
  expect(signature).toMatchObject({ path: `${bundle}.sig`, digest })
  expect(await files.exists(`${bundle}.sig`)).toBe(true)
})

test('with a carrier what was built and signed lies in a folder that travels; one without Sealift is not begun', async () => {
  const { files, lines, run } = await locked()
  const { privateKey } = generateKeyPairSync('ed25519')
  await files.write('release.key', privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await files.write('program', elfHead('linux/amd64'))
  const sign = { key: 'release.key', ask: () => Promise.reject(new Error('this key has no passphrase')) }
  const carrying = memoryCarrying(files)
  await expect(run({ sign, carrier: { executables: [], carrying } })).rejects.toMatchObject({
    code: 'FILE_FAILED',
    message: 'there is no executable of Sealift for linux/amd64 here',
  })
  expect(lines).toEqual([])
  const { carrier, digest } = await run({ sign, carrier: { executables: ['program'], carrying } })
  expect(carrier).toMatchObject({ folder: 'out/small-1.0.0-carrier', digest })
  for (const name of ['small-1.0.0.tar', 'small-1.0.0.tar.sig'])
    expect(digestOf(await files.readBytes(`${carrier?.folder}/${name}`))).toBe(
      digestOf(await files.readBytes(`out/${name}`)),
    )
})

test.each([{}, { variant: null, config: null, history: null }, { variant: '' }])(
  'an image whose index names no platforms is carried, and is whole, its config with %j',
  async odd => {
    const made = await connectedSpec()
    const { files, registry } = made
    const config = registry.blobOf(
      JSON.stringify({ os: 'linux', architecture: 'amd64', ...odd }),
      'application/vnd.oci.image.config.v1+json',
    )
    const layers = [registry.blobOf('the layer', 'application/vnd.oci.image.layer.v1.tar')]
    const image = registry.put('registry.test/app', 'below', { config, layers })
    const { digest } = registry.put('registry.test/app', '1', { manifests: [image] }, mediaTypes.ociIndex)
    await lock({ specDir: 'spec', platform, budget: 'hold' }, made.host, made.talk)
    await build(request, made.host, made.talk)
    const { images } = await openBundle(memorySource(await files.readBytes(bundle)))
    expect(
      images.map(({ name, descriptor, platforms }) => [name, descriptor.digest, [...platforms.keys()]]),
    ).toEqual([['registry.test/app:1', digest, [platform]]])
  },
)

test('a chart whose package has the type that older helms gave it is carried, out of an index too', async () => {
  const made = await connectedSpec()
  const { files, registry } = made
  const layer = registry.blobOf(await files.readBytes('spec/app.tgz'), 'application/tar+gzip')
  const config = registry.blobOf('{}', mediaTypes.helmConfig)
  const chart = registry.put('registry.test/charts/app', 'inner', { config, layers: [layer] })
  registry.put('registry.test/charts/app', '1.0.0', { manifests: [chart] }, mediaTypes.ociIndex)
  const spec = await files.readText('spec/bundle.yaml')
  await files.write('spec/bundle.yaml', spec.replace('path: app.tgz', 'oci: registry.test/charts/app'))
  await lock({ specDir: 'spec', platform, budget: 'hold' }, made.host, made.talk)
  await build(request, made.host, made.talk)
  const { charts } = await openBundle(memorySource(await files.readBytes(bundle)))
  expect(charts.map(one => [one.manifest.digest, one.package.digest])).toEqual([[chart.digest, layer.digest]])
})

test.each([
  ['a layer of another size', /(layers:\n\s+sha256:[0-9a-f]+: )9/, '$18'],
  ['no layers', /layers:\n\s+sha256:[0-9a-f]+: 9/, 'layers: {}'],
  ['another config', /(config:\n\s+digest: sha256:)9/, '$1a'],
])('a lock that was edited to say %s is refused', async (_, field, other) => {
  const { files, run } = await locked()
  const path = 'spec/bundle.lock.yaml'
  const text = await files.readText(path)
  const edited = text.replace(field, other)
  expect(edited).not.toBe(text)
  await files.write(path, edited)
  await expect(run()).rejects.toMatchObject({
    code: 'LOCK_DRIFT',
    message: 'the lock does not say of registry.test/app:1 what its manifests do',
  })
  expect(await files.exists(bundle)).toBe(false)
})
