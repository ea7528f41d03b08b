/** The install's graph: what waits for what, and nothing else. */
import { expect, test } from 'vitest'
import { openBundle } from '../../../../../src/bundle/layout/index.ts'
import { requireGraph, type Step } from '../../../../../src/site/install/index.ts'
import type { Installation } from '../../../../../src/site/verbs/install/installation.ts'
import { installSteps } from '../../../../../src/site/verbs/install/steps.ts'
import { wiredCharts } from '../../../../../src/site/wire/index.ts'
import { memoryFiles } from '../../../../support/memory-files.ts'
import { bundles } from '../memory-site.ts'

const way = { title: 'Load images' }

async function steps(
  charts: (own: ReturnType<typeof wiredCharts>) => object[] = own => own.spec.charts,
  chosen: object = way,
) {
  const files = memoryFiles()
  await files.write('bundle.tar', bundles['1.0.0'].file)
  const bundle = await openBundle(await files.openBundle('bundle.tar'))
  const found = wiredCharts(bundle)
  const wired = { ...found, spec: { ...found.spec, charts: charts(found) } }
  const host = { platform: 'linux/amd64', cluster: {} }
  const images = bundle.lock.images.map((image, at) => ({
    ...image,
    reasons: [{ chart: at === 0 ? 'eso' : 'demo', object: 'Deployment/x', field: 'image' }],
  }))
  const parts = { bundle: { ...bundle, lock: { ...bundle.lock, images } }, wired, host, way: chosen }
  return installSteps(parts as unknown as Installation)
}

/** Every step that has to be done before another one. */
function before(steps: readonly Step[], id: string): string[] {
  const needs = steps.find(step => step.id === id)?.needs ?? []
  return [...new Set([...needs, ...needs.flatMap(need => before(steps, need))])].sort()
}

test('every step can come to its turn, and the declared order is one in which they could', async () => {
  const all = await steps()
  requireGraph(all)
  for (const [at, { id, needs }] of all.entries())
    expect([id, needs.filter(need => !all.slice(0, at).some(step => step.id === need))]).toEqual([id, []])
})

test('a release waits for its own images and for nothing of the other release', async () => {
  const all = await steps()
  expect(before(all, 'release-eso')).toEqual(['crds-eso', 'images-eso', 'namespaces'])
  expect(before(all, 'release-demo')).toEqual(['database', 'images-demo', 'namespaces'])
})

test('loading, the database and the CRDs wait for nothing but the namespaces', async () => {
  const all = await steps()
  for (const id of ['images-demo', 'images-eso']) expect(before(all, id)).toEqual([])
  for (const id of ['database', 'crds-eso']) expect(before(all, id)).toEqual(['namespaces'])
})

test('where all images come together, no release waits for fewer', async () => {
  const all = await steps(undefined, { ...way, whole: true })
  for (const release of ['release-eso', 'release-demo']) expect(before(all, release)).toContain('images')
})

test('Infisical is set up while ESO still comes up, and the proof waits for everything', async () => {
  const all = await steps()
  expect(before(all, 'bootstrap')).not.toContain('release-eso')
  const others = all.map(({ id }) => id).filter(id => !['proof', 'escrow'].includes(id))
  expect(before(all, 'proof')).toEqual(others.sort())
})

test('a chart that Sealift does not wire keeps its place in the spec’s order', async () => {
  const more = { name: 'more', release: 'more', namespace: 'more', version: '1.0.0' }
  const all = await steps(({ infisical, externalSecrets }) => [externalSecrets, more, infisical])
  expect(before(all, 'release-more')).toContain('release-eso')
  expect(before(all, 'release-demo')).toContain('release-more')
})
