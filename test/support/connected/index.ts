/** The connected side: a registry and a Helm repository on loopback, filled with all that bundles/sandbox names. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheDir, goTool, missingTools, type Tool } from '../tools/build.ts'
import { chartArtifact, chartFiles, packageChart } from './chart.ts'
import { startChartRepository } from './chart-repository.ts'
import { databaseImages } from './databases.ts'
import { esoChart, esoImage, esoVersion, olderEsoVersion } from './eso.ts'
import { type Image, imageArchive, imageKey } from './image.ts'
import { infisicalImage, newerStandInVersion, standInVersion } from './infisical-image.ts'
import { postgresImage } from './postgres-image.ts'
import { push } from './push.ts'
import { redisImage } from './redis-image.ts'
import { startRegistry } from './registry.ts'
import { helmArtifact, helmVersion } from './tools.ts'

export { type DatabasePasswords, databaseImages, databaseManifests } from './databases.ts'
export { artifact, type Image, image, imageArchive, standInLabel } from './image.ts'
export { push } from './push.ts'
export { randomImage, randomLayer } from './random.ts'
export { type RegistryAuth, startRegistry, type TestRegistry } from './registry.ts'
export { helmArtifact, helmVersion } from './tools.ts'
export { asDocker, imageIndex } from './variants.ts'

/** Debian packages whose files go into the images, and those that the tests read them with. */
export const connectedPackages: readonly string[] = ['postgresql-15', 'redis-server', 'skopeo', 'tzdata']

/** Tools that are compiled for it; the first time takes minutes. */
export const connectedTools: readonly Tool[] = ['eso', 'helm', 'registry']

/** A running connected side. */
export interface ConnectedSide {
  /** `127.0.0.1:PORT` of the registry. */
  readonly registry: string
  /** `http://127.0.0.1:PORT` of the Helm repository. */
  readonly chartRepository: string
  /** A registries.yaml in K3s's own form: docker.io and oci.sandbox.test are the registry, charts.sandbox.test the Helm repository. */
  readonly registriesFile: string
  /** OCI archives of the shared services' images, which a site has before Sealift comes. */
  readonly archives: { readonly postgres: string; readonly redis: string }
  stop(): Promise<void>
}

/** Writes the archive unless an earlier run did. */
async function archive(name: string, image: Image): Promise<string> {
  const path = join(cacheDir, 'archives', `${imageKey(image)}.tar`)
  await mkdir(join(cacheDir, 'archives'), { recursive: true })
  if (!existsSync(path)) await imageArchive({ [name]: image }, path)
  return path
}

/** What the registry holds, `repository:tag`: the names that bundles/sandbox uses, without the registry's. */
async function contents(): Promise<Record<string, Image>> {
  return {
    [`sealift-sandbox/external-secrets:v${esoVersion}`]: await esoImage(),
    [`sealift-sandbox/infisical-stand-in:${standInVersion}`]: await infisicalImage(),
    'sealift-sandbox/postgres:15': await postgresImage(),
    'sealift-sandbox/redis:7': await redisImage(),
    [`charts/external-secrets:${esoVersion}`]: await chartArtifact(await esoChart()),
    [`tools/helm:${helmVersion}`]: await helmArtifact(),
  }
}

/** What a site has before an upgrade, and what it has after one, beside the same. */
async function otherContents(): Promise<Record<string, Image>> {
  return {
    [`sealift-sandbox/external-secrets:v${olderEsoVersion}`]: await esoImage(olderEsoVersion),
    [`charts/external-secrets:${olderEsoVersion}`]: await chartArtifact(await esoChart(olderEsoVersion)),
    [`sealift-sandbox/infisical-stand-in:${newerStandInVersion}`]: await infisicalImage([], true),
  }
}

function registriesYaml(registry: string, charts: string): string {
  const endpoints = { 'docker.io': registry, 'oci.sandbox.test': registry, 'charts.sandbox.test': charts }
  const mirror = ([name, url]: [string, string]) => `  ${name}:\n    endpoint:\n      - ${url}\n`
  return `mirrors:\n${Object.entries(endpoints).map(mirror).join('')}`
}

/**
 * Starts the connected side and tells `log` what it is doing; with `upgrades` it has an older External Secrets Operator and a
 * newer stand-in as well. Images are packed once and then come from the cache.
 * @throws Error when a tool does not compile or a Debian package of {@link connectedPackages} is not there.
 */
export async function startConnectedSide(
  log: (line: string) => void,
  upgrades = false,
): Promise<ConnectedSide> {
  const tools: readonly Tool[] = upgrades ? [...connectedTools, 'eso-older'] : connectedTools
  for (const { name, seconds } of await missingTools(tools)) {
    log(`compiling ${name} (about ${seconds} s)`)
    await goTool(name)
  }
  log('packing images and charts')
  const images = { ...(await contents()), ...(upgrades ? await otherContents() : {}) }
  const standInFiles = await chartFiles(join(import.meta.dirname, '..', 'infisical', 'chart'))
  const newerFiles = standInFiles.map(({ path, content }) => ({
    path,
    content: path === 'Chart.yaml' ? `${content}`.replaceAll(standInVersion, newerStandInVersion) : content,
  }))
  const standInCharts = [
    await packageChart(standInFiles),
    ...(upgrades ? [await packageChart(newerFiles)] : []),
  ]
  const archives = {
    postgres: await archive(databaseImages.postgres, images['sealift-sandbox/postgres:15'] as Image),
    redis: await archive(databaseImages.redis, images['sealift-sandbox/redis:7'] as Image),
  }
  const registry = await startRegistry()
  const charts = await startChartRepository(standInCharts)
  const dir = await mkdtemp(join(tmpdir(), 'sealift-connected-'))
  const stop = async () => {
    await Promise.all([registry.stop(), charts.stop(), rm(dir, { recursive: true, force: true })])
  }
  try {
    for (const [name, image] of Object.entries(images)) {
      const [repository = '', tag = ''] = name.split(':')
      log(`pushing ${name}`)
      await push(registry.host, repository, tag, image)
    }
    const registriesFile = join(dir, 'registries.yaml')
    await writeFile(registriesFile, registriesYaml(registry.url, charts.url))
    return { registry: registry.host, chartRepository: charts.url, registriesFile, archives, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
