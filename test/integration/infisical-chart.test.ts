/**
 * The stand-in's chart beside upstream's: the same values must make the same objects. Upstream's files are not
 * ours and not in this repository; where they are not at hand, the comparison says so and our chart is still
 * held to the list of objects.
 */
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseManifests, parseYaml, printYaml } from '../../src/kernel/yaml/index.ts'
import { infisicalValues } from '../../src/site/wire/values.ts'
import { goTool } from '../support/tools/build.ts'

const root = join(import.meta.dirname, '../..')
const ours = join(root, 'test/support/infisical/chart')
const upstream = join(root, '../shared/upstream/infisical-standalone-postgres')

let helm: string
let folder: string

beforeAll(async () => {
  helm = await goTool('helm')
  folder = mkdtempSync(join(tmpdir(), 'sealift-chart-'))
}, 300_000)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

interface Rendered {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> }
  // biome-ignore lint/suspicious/noExplicitAny: whatever the chart makes
  readonly [field: string]: any
}

async function render(chart: string, values: object, release = 'infisical'): Promise<Rendered[]> {
  const file = join(folder, 'values.yaml')
  writeFileSync(file, printYaml(values))
  const { stdout } = await execa(helm, ['template', release, chart, '-n', 'infisical', '-f', file])
  return parseManifests(stdout).filter(Boolean) as Rendered[]
}

/** How soon and how often a pod is asked whether it is ready: ours sooner, so that a start takes ten seconds less. */
const asking = ['initialDelaySeconds', 'periodSeconds', 'failureThreshold']

/** What must be equal: everything but times, the chart's own version, and the order of objects. */
function comparable(objects: readonly Rendered[]): Record<string, unknown> {
  const left = new Set(['updatedAt', 'chart', ...asking])
  const drop = (key: string, value: unknown) =>
    left.has(key) || (key === 'annotations' && isOnlyTime(value)) ? undefined : value
  // Upstream renders an empty `env:` as null; JSON then drops what is undefined.
  const clean = (object: Rendered) =>
    JSON.parse(JSON.stringify(object, drop), (_, value) => (value === null ? undefined : value))
  return Object.fromEntries(objects.map(object => [`${object.kind} ${object.metadata.name}`, clean(object)]))
}

const isOnlyTime = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.keys(value).join() === 'updatedAt'

const image = { repository: 'registry.test/stand-in', tag: '1@sha256:abc', pullPolicy: 'Never' }
const resources = { requests: { memory: '512Mi', cpu: '250m' }, limits: { memory: '800Mi' } }
const site = { ingress: { host: 'secrets.site.test', className: 'traefik', tlsSecret: 'tls' } }

/** What Sealift derives for a site, with an image and resources, and then every other key that we accept. */
function valuesOf(extra: object = {}, withIngress = true): object {
  const wired = infisicalValues((withIngress ? site : {}) as Parameters<typeof infisicalValues>[0])
  return { ...wired, infisical: { ...(wired['infisical'] as object), image, resources, ...extra } }
}

const everyKey = {
  replicaCount: 3,
  podAnnotations: { a: 'b' },
  deploymentAnnotations: { c: 'd' },
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'k', operator: 'Exists' }],
  affinity: { nodeAffinity: {} },
  topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }],
  serviceAccount: { create: false, name: 'given' },
  service: { type: 'NodePort', nodePort: 30080, annotations: { e: 'f' } },
  extraVolumes: [{ name: 'tmp', emptyDir: {} }],
  extraVolumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
}

const values: Record<string, object> = {
  'a site with an ingress': valuesOf(),
  'a site without one': valuesOf({}, false),
  'every other key': valuesOf(everyKey),
  'names left to the chart': { ...valuesOf({ fullnameOverride: '' }), nameOverride: '' },
}

test('our chart makes the objects of the release, ready when the status answers', async () => {
  const objects = comparable(await render(ours, values['a site with an ingress'] ?? {}))
  expect(Object.keys(objects).sort()).toEqual([
    'Deployment infisical',
    'Ingress infisical-ingress',
    'Role infisical-infisical',
    'RoleBinding infisical-infisical',
    'Service infisical',
    'ServiceAccount infisical-infisical',
  ])
  expect(objects['Deployment infisical']).toMatchObject({
    spec: {
      template: {
        spec: {
          containers: [
            {
              name: 'infisical-infisical',
              image: 'registry.test/stand-in:1@sha256:abc',
              ports: [{ containerPort: 8080 }],
              readinessProbe: { httpGet: { path: '/api/status', port: 8080 } },
              envFrom: [{ secretRef: { name: expect.stringMatching(/./) } }],
              resources,
            },
          ],
        },
      },
    },
  })
})

test('our chart says what it is, and is never taken for upstream', async () => {
  const { stdout } = await execa(helm, ['show', 'chart', ours])
  const chart = parseYaml(stdout) as Record<string, string>
  expect(chart).toMatchObject({ name: 'infisical-standalone', version: '0.1.0-standin' })
  expect(chart['description']).toContain('stand-in')
})

describe.each(Object.keys(values))("the same objects as upstream's chart: %s", name => {
  test.each(['infisical', 'platform', 'infisical-standalone'])('release %s', async release => {
    if (!existsSync(upstream)) {
      console.info(`not compared: upstream's chart is not at ${upstream}`)
      return
    }
    const [mine, theirs] = [
      await render(ours, values[name] ?? {}, release),
      await render(withoutSubcharts(), values[name] ?? {}, release),
    ]
    expect(comparable(mine)).toEqual(comparable(theirs))
  })
})

/** A copy of upstream's files whose Chart.yaml names no subcharts, which cannot be had here. */
function withoutSubcharts(): string {
  const copy = join(folder, 'upstream')
  if (existsSync(copy)) return copy
  cpSync(upstream, copy, { recursive: true })
  const chart = { apiVersion: 'v2', name: 'infisical-standalone', version: '1.7.5', appVersion: '1.0.1' }
  rmSync(join(copy, 'Chart.yaml'))
  writeFileSync(join(copy, 'Chart.yaml'), printYaml(chart))
  return copy
}
