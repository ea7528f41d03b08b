/** A spec that names images by a chart of one pod, as small as one can be. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { helmVersion } from '../support/connected/index.ts'

/** The registry's name in specs; registries.yaml says where it really is. */
export const registryName = 'registry.bench.test'

/**
 * Writes the spec folder `dir`, whose bundle is `NAME-1.0.0.tar` and carries these images of `bench/` and helm: out of the
 * registry, or a program that is copied into the folder.
 */
export async function writeSpec(
  dir: string,
  name: string,
  images: readonly string[],
  helm?: string,
): Promise<void> {
  await mkdir(join(dir, 'chart', 'templates'), { recursive: true })
  if (helm !== undefined) await copyFile(helm, join(dir, 'helm'))
  const spec = {
    apiVersion: 'sealift.dev/v1',
    kind: 'Bundle',
    metadata: { name, version: '1.0.0' },
    kubernetes: '1.35.4',
    charts: [{ name: 'bench', path: 'chart', version: '1.0.0', release: 'bench', namespace: 'bench' }],
    tools: [
      {
        name: 'helm',
        version: helmVersion,
        ...(helm === undefined
          ? { oci: `${registryName}/tools/helm:${helmVersion}`, member: 'linux-amd64/helm' }
          : { path: 'helm' }),
      },
    ],
    budget: { memory: '1Gi', cpu: '1' },
  }
  const requests = { cpu: '10m', memory: '10Mi' }
  const containers = images.map(image => ({
    name: image,
    image: `${registryName}/bench/${image}:1`,
    resources: { requests },
  }))
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bench' }, spec: { containers } }
  await writeFile(join(dir, 'bundle.yaml'), JSON.stringify(spec))
  const chart = { apiVersion: 'v2', name: 'bench', version: '1.0.0' }
  await writeFile(join(dir, 'chart', 'Chart.yaml'), JSON.stringify(chart))
  await writeFile(join(dir, 'chart', 'templates', 'pod.yaml'), JSON.stringify(pod))
}

/** A registries.yaml in which {@link registryName} stands for `http://HOST`. */
export async function writeRegistries(path: string, host: string): Promise<string> {
  const mirrors = { [registryName]: { endpoint: [`http://${host}`] } }
  await writeFile(path, JSON.stringify({ mirrors }))
  return path
}
