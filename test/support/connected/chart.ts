/** Helm charts: packaged so that the same files give the same bytes, and as OCI artifacts as Helm makes them. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { load } from 'js-yaml'
import { mediaTypes } from '../../../src/kernel/oci/index.ts'
import { type Blob, layer, storeBlob } from './blobs.ts'
import { artifact, type Image } from './image.ts'
import type { Entry } from './tar.ts'

/** A packaged chart. */
export interface Chart {
  readonly name: string
  readonly version: string
  /** Chart.yaml, parsed. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** The .tgz. */
  readonly archive: Blob
}

/** A chart's file, by its path below the chart's folder. */
export interface ChartFile {
  readonly path: string
  readonly content: string | Buffer
}

/** All files below a chart's folder. */
export async function chartFiles(dir: string): Promise<ChartFile[]> {
  const names = (await readdir(dir, { recursive: true })).sort()
  const files: ChartFile[] = []
  for (const name of names) {
    const path = join(dir, name)
    if ((await stat(path)).isFile()) files.push({ path: relative(dir, path), content: await readFile(path) })
  }
  return files
}

/** Packs a chart as `helm package` does, but without the time of day in it. @throws Error without a Chart.yaml. */
export async function packageChart(files: readonly ChartFile[]): Promise<Chart> {
  const description = files.find(file => file.path === 'Chart.yaml')
  if (!description) throw new Error('a chart needs a Chart.yaml')
  const metadata = load(description.content.toString()) as Record<string, unknown>
  const name = String(metadata['name'])
  const entries = files.map((file): Entry => ({ path: `${name}/${file.path}`, content: file.content }))
  const { diffId: _, ...archive } = await layer(entries)
  return { name, version: String(metadata['version']), metadata, archive }
}

/** The chart as the OCI artifact that `helm push` would make (https://helm.sh/docs/topics/registries/). */
export async function chartArtifact({ name, version, metadata, archive }: Chart): Promise<Image> {
  return artifact({
    config: await storeBlob(JSON.stringify(metadata), mediaTypes.helmConfig),
    layers: [{ ...archive, mediaType: mediaTypes.helmChart }],
    annotations: { 'org.opencontainers.image.title': name, 'org.opencontainers.image.version': version },
  })
}

/** The index.yaml of a Helm repository with these charts, archives beside it (https://helm.sh/docs/topics/chart_repository/). */
export function repositoryIndex(charts: readonly Chart[]): string {
  const entries: Record<string, object[]> = {}
  for (const { name, version, metadata, archive } of charts) {
    const digest = archive.digest.replace('sha256:', '')
    const urls = [`${name}-${version}.tgz`]
    entries[name] = [...(entries[name] ?? []), { ...metadata, urls, digest, created: '1970-01-01T00:00:00Z' }]
  }
  // JSON is YAML too; helm reads index.yaml as such.
  return JSON.stringify({ apiVersion: 'v1', entries, generated: '1970-01-01T00:00:00Z' }, null, 2)
}
