/** A chart that is known from before, and what of it is read again. */
import { expect, test } from 'vitest'
import { digestOf, mediaTypes } from '../../../../src/kernel/oci/index.ts'
import { writePackage } from '../../../../src/kernel/packages/index.ts'
import { type KnownArtifact, resolveChart } from '../../../../src/seal/resolve/index.ts'
import { memoryFiles } from '../../../support/memory-files.ts'
import { MemoryRegistry, memoryWeb } from '../../../support/memory-registry.ts'

const oci = 'ghcr.io/org/charts/one'
const spec = {
  ...{ name: 'one', version: '1.2.3', release: 'one', namespace: 'apps', values: [], timeoutSeconds: 600 },
  oci,
}

/** A chart under a tag, its package of this type; `again` resolves it, and gives what was read of it. */
function pushed(tag: string, type: string = mediaTypes.helmChart) {
  const registry = new MemoryRegistry()
  const text = 'apiVersion: v2\nname: one\nversion: 1.2.3\n'
  const layer = registry.blobOf(writePackage([{ path: 'one/Chart.yaml', bytes: Buffer.from(text) }]), type)
  const config = registry.blobOf('{}', mediaTypes.helmConfig)
  const chart = registry.put(oci, tag, { config, layers: [layer] })
  const known: readonly KnownArtifact[] = [{ manifest: chart, package: layer }]
  return {
    ...{ registry, chart, layer, config, known },
    async again() {
      registry.asked.length = 0
      const sources = { specDir: '/spec', files: memoryFiles(), registry, web: memoryWeb({}) }
      const found = await resolveChart(spec, { ...sources, known: new Map([['one', known]]) })
      return { ...found, asked: [...registry.asked] }
    },
  }
}

test.each([mediaTypes.helmChart, 'application/tar+gzip'])(
  'only its package is read where its tag still names its manifest (%s)',
  async type => {
    const { registry, chart, layer, again } = pushed('1.2.3', type)
    const { digest, size } = chart
    const found = await again()
    expect(found).toMatchObject({ packageDigest: layer.digest, manifest: { digest, size }, asked: [] })
    expect(found.artifact).toBeUndefined()
    registry.answersHead = false
    expect(await again()).toMatchObject({ artifact: {}, asked: [`${oci}:1.2.3`] })
  },
)

test.each([
  ['no registry has', { digest: digestOf('edited') }],
  ['has another size', { size: 7 }],
  ['is larger than a chart may be', { size: 2 ** 40 }],
])('where the package that is known of it %s, it is read anew', async (_, edited) => {
  const { known, layer, again } = pushed('1.2.3')
  Object.assign(known[0] ?? {}, { package: { ...layer, ...edited } })
  expect(await again()).toMatchObject({ packageDigest: layer.digest, artifact: {}, asked: [`${oci}:1.2.3`] })
})

test('where its tag names an index, that says nothing of it: what the index leads to is read', async () => {
  const { registry, chart, config, again } = pushed('inner')
  const index = (...manifests: object[]) => registry.put(oci, '1.2.3', { manifests }, mediaTypes.ociIndex)
  index(chart)
  const { digest, size } = chart
  const read = [`${oci}:1.2.3`, `${oci}@${digest}`]
  expect(await again()).toMatchObject({ manifest: { digest, size }, artifact: {}, asked: read })
  // An index that leads to the known chart no longer is not taken for it.
  const other = registry.put(oci, 'other', {
    config,
    layers: [registry.blobOf('other', mediaTypes.helmChart)],
  })
  index(other)
  await expect(again()).rejects.toMatchObject({ code: 'CONTENT_MISMATCH' })
})
