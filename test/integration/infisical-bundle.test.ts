/**
 * bundles/infisical as far as it goes without the internet: its values on charts that are near those it pins.
 * External Secrets Operator's is 0.20.4, out of its Go module, where the spec pins 2.9.0. Infisical's is the
 * stand-in's, which infisical-chart.test.ts holds to upstream's files of 1.7.5, where the spec pins 1.8.0.
 */
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHelm } from '../../src/adapters/helm/index.ts'
import { computeBudget } from '../../src/bundle/declared/index.ts'
import { type ChartSpec, parseSpec, targetOf } from '../../src/kernel/inputs/index.ts'
import { findPods, renderedObjects } from '../../src/kernel/objects/index.ts'
import type { KubernetesObject, Values } from '../../src/kernel/ports/index.ts'
import { findImages, parseChartYaml } from '../../src/seal/resolve/index.ts'
import { changesOf, concurrentIn, fitBudget, loadOf, valuesOf } from '../../src/site/budget/index.ts'
import { esoChart } from '../support/connected/eso.ts'
import { sampleReceipt } from '../support/sample-receipt.ts'
import { goTool } from '../support/tools/build.ts'

const root = join(import.meta.dirname, '../..')
const bundle = join(root, 'bundles/infisical')
const spec = parseSpec(await readFile(join(bundle, 'bundle.yaml'), 'utf8'), 'bundle.yaml')
let folder: string
let charts: Readonly<Record<string, string>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-bundle-'))
  const eso = join(folder, 'external-secrets.tgz')
  await copyFile((await esoChart()).archive.path, eso)
  charts = {
    'external-secrets': eso,
    'infisical-standalone': join(root, 'test/support/infisical/chart'),
  }
}, 300_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A chart of the spec rendered as a lock renders it, with more values on top. */
async function render({ name, release, namespace, values }: ChartSpec, more: Values = {}) {
  const helm = createHelm({ program: await goTool('helm') })
  const own = await Promise.all(values.map(path => readFile(join(bundle, path))))
  const request = { release, namespace, chart: charts[name] ?? '', values: [...own, more] }
  const objects = renderedObjects(name, await helm.template(request, targetOf(spec)))
  return { metadata: parseChartYaml(`name: ${name}\nversion: 1.0.0\n`, name), objects }
}

test('its values request 640Mi and 300m in all, each container its share, and nothing is over the budget', async () => {
  const rendered = await Promise.all(spec.charts.map(chart => render(chart)))
  const objects = rendered.flatMap(chart => chart.objects)
  const report = computeBudget(objects.flatMap(findPods), objects, spec.budget)
  expect(report).toMatchObject({ declared: { memory: 640 * 2 ** 20, cpu: 300 }, over: {}, missing: [] })
  const shares = report.containers.map(({ object, memory, cpu }) => [object, memory / 2 ** 20, cpu])
  expect(shares.sort()).toEqual([
    ['Deployment/external-secrets', 48, 20],
    ['Deployment/external-secrets-cert-controller', 48, 15],
    ['Deployment/external-secrets-webhook', 32, 15],
    ['Deployment/infisical', 512, 250],
  ])
  // ESO's tag is the chart's own version, so that of the spec's chart is another.
  const { images, suspects } = findImages(rendered)
  expect(images.map(({ name }) => name)).toEqual([
    'docker.io/infisical/infisical:v0.165.8',
    'ghcr.io/external-secrets/external-secrets:v0.20.4',
  ])
  expect(suspects).toEqual([])
})

test('the values of a fit, put behind its own, make the charts what the fit has said', async () => {
  const { budget } = sampleReceipt
  const server = { image: 'x/infisical:v0.165.8', options: '--max-old-space-size=520' }
  const account = { ...budget, rows: budget.rows.map(row => ({ ...row, limit: { memory: 1 } })) }
  for (const withoutWebhook of [false, true]) {
    const load = { ...loadOf([], 3, 0), refreshes: 4 }
    const fit = fitBudget({
      account,
      earlier: [],
      server,
      load,
      resting: { at: 0, settled: 0 },
      withoutWebhook,
    })
    const files = valuesOf(changesOf(fit))
    const rendered = await Promise.all(spec.charts.map(chart => render(chart, files.get(chart.name))))
    const objects = rendered.flatMap(chart => chart.objects)
    const { containers, declared } = computeBudget(objects.flatMap(findPods), objects, spec.budget)
    expect(declared).toEqual(fit.total)
    expect(containers.map(({ object, memoryLimit }) => [object, memoryLimit]).sort()).toEqual(
      fit.containers.flatMap(({ object, left, after }) => (left ? [] : [[object, after.memoryLimit]])).sort(),
    )
    const admission = objects.filter(({ kind }) => kind === 'ValidatingWebhookConfiguration')
    expect(admission).toHaveLength(withoutWebhook ? 0 : 2)
    const deployments = objects.filter(({ kind }) => kind === 'Deployment')
    const asManifests = deployments.map(({ content }) => content as KubernetesObject)
    expect(concurrentIn(asManifests)).toBe(fit.concurrent.after)
  }
})

test('the operator’s CRDs come with crdValues only', async () => {
  const [eso] = spec.charts.filter(({ name }) => name === 'external-secrets')
  if (!eso) throw new Error('the spec has no external-secrets')
  const crds = async (more?: Values) =>
    (await render(eso, more)).objects.filter(({ kind }) => kind === 'CustomResourceDefinition').length
  expect(await crds()).toBe(0)
  expect(await crds(eso.crdValues)).toBeGreaterThan(20)
})
