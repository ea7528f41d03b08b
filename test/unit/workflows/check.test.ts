import { expect, test } from 'vitest'
import { SealiftError } from '../../../src/errors/index.ts'
import { writeReceipt } from '../../../src/install/index.ts'
import { digestOf } from '../../../src/oci/index.ts'
import type { Cluster, Runtime, SiteHost } from '../../../src/ports/index.ts'
import { check } from '../../../src/workflows/check.ts'
import { memoryCluster } from '../../support/memory-cluster.ts'
import { memoryRuntime } from '../../support/memory-runtime.ts'
import { RecordingClock } from '../../support/recording-clock.ts'
import { recordingReporter } from '../../support/recording-reporter.ts'
import { sampleBundle, sampleImages } from '../../support/sample-bundle.ts'
import { load } from '../load/node.ts'

const { file, lock } = sampleBundle()

/** A cluster with a receipt and nothing that runs; `changed` replaces parts of it. */
async function checking(changed: Partial<Cluster>, runtime?: Runtime) {
  const cluster = memoryCluster()
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'sealift-system' } })
  const bundle = digestOf('bundle')
  await writeReceipt(cluster, { site: 'here', bundle, at: '2026-11-25T00:00:00.000Z', key: 'unsigned', lock })
  const clock = new RecordingClock()
  const host = { cluster: { ...cluster, ...changed }, clock, runtime } as unknown as SiteHost
  const { lines, reporter } = recordingReporter()
  const { signal } = new AbortController()
  const run = () => check(12, host, { reporter, signal, progressOn: () => () => {} })
  return { lines, clock, run }
}

test('looks at what runs, then measures over the window', async () => {
  const { lines, clock, run } = await checking({})
  const { ok, verdicts } = await run()
  expect(ok).toBe(false)
  expect(lines).toEqual([
    '… Look at what runs',
    `✔ Look at what runs: 0 of ${verdicts.length} as they should be`,
    '… Measure what is used',
    '✔ Measure what is used: over 12 s',
  ])
  expect(clock.sleeps).toEqual([5000, 5000, 2000])
})

test.each([
  ['list', 'Look at what runs'],
  ['usage', 'Measure what is used'],
] as const)('where %s fails, the step under way fails, and no other', async (call, title) => {
  const failure = new SealiftError('CLUSTER_FAILED', 'no answer')
  const { lines, run } = await checking({ [call]: () => Promise.reject(failure) })
  await expect(run()).rejects.toBe(failure)
  expect(lines.filter(line => line.startsWith('✖'))).toEqual([`✖ ${title}`])
  const ended = lines.filter(line => /^[✔✖]/.test(line)).map(line => line.slice(2).split(':')[0])
  expect(ended).toEqual(lines.filter(line => line.startsWith('…')).map(line => line.slice(2)))
})

test('an image whose pin K3s will take off is told, with why, and is well after a load', async () => {
  const runtime = memoryRuntime('amd64')
  await load(runtime, file)
  runtime.pinAsK3s(sampleImages.plain)
  const images = async () => {
    const { verdicts } = await (await checking({}, runtime)).run()
    return verdicts.filter(({ id, ok }) => id.startsWith('image/') && !ok)
  }
  expect(await images()).toEqual([
    {
      id: `image/${sampleImages.plain}`,
      ok: false,
      message: "its pin goes at K3s's next start",
      hint: expect.stringContaining('sealift install'),
    },
  ])
  await load(runtime, file)
  expect(await images()).toEqual([])
})
