import { readFile } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { fileURLToPath } from 'node:url'
import { SealiftError } from '../errors/index.ts'
import type { ConnectedHost, SiteHost } from '../ports/index.ts'
import { clock, random } from './clock.ts'
import { createCluster, kubeconfigFiles } from './cluster/index.ts'
import { createRuntime, detectRuntime } from './containerd/index.ts'
import { createDragonfly } from './dragonfly/index.ts'
import { nodeFiles } from './files/index.ts'
import { helmFrom } from './helm/from-program.ts'
import { createInfisical } from './infisical/index.ts'
import { createPostgres } from './postgres/index.ts'
import { createRegistry } from './registry/index.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** This machine's platform as images spell it: `linux/amd64`. */
export function thisPlatform(): string {
  return `${platform()}/${{ x64: 'amd64' }[arch() as string] ?? arch()}`
}

/**
 * The connected host: files, registries, helm. `registries` is the path of a file in K3s's registries.yaml form.
 * @throws SealiftError FILE_FAILED, SPEC_INVALID for a registries file that cannot be used
 */
export async function connectedHost(
  registries: string | undefined,
  environment: Environment,
  onRetry: (message: string) => void,
): Promise<ConnectedHost & { close(): Promise<void> }> {
  const text = registries === undefined ? undefined : await readRegistries(registries)
  const file =
    registries === undefined || text === undefined ? {} : { registries: { path: registries, text } }
  const { registry, web, close } = createRegistry({ ...file, clock, environment, onRetry })
  return { files: nodeFiles(), registry, web, helmFrom: program => helmFrom(program), clock, close }
}

async function readRegistries(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new SealiftError('FILE_FAILED', `cannot read ${path}`, {
      cause,
      hints: ['--registries names a file like K3s’s registries.yaml'],
    })
  }
}

/** Where a site's cluster and containerd are, as its site file says. */
export interface SiteLocation {
  readonly cluster: { readonly kubeconfig?: string | undefined; readonly context?: string | undefined }
  readonly containerd?: { readonly ctr: readonly string[]; readonly address?: string | undefined } | undefined
}

/** The site: cluster, containerd if this is a node, database, cache, Infisical. Nothing is connected yet. */
export async function siteHost(
  { cluster, containerd }: SiteLocation,
  environment: Environment,
): Promise<SiteHost> {
  const { context } = cluster
  const options = { ...cluster, environment }
  const where = containerd && {
    ctr: containerd.ctr,
    ...(containerd.address ? { address: containerd.address } : {}),
  }
  const runtime = await detectRuntime({ environment, site: where })
  return {
    files: nodeFiles(),
    cluster: createCluster(options),
    runtime: runtime && createRuntime(runtime),
    database: createPostgres(),
    cache: createDragonfly(),
    infisical: baseUrl => createInfisical({ baseUrl, clock }),
    async helmFrom(program) {
      const files = await kubeconfigFiles(options)
      return helmFrom(program, {
        ...(files.length > 0 ? { kubeconfig: files.join(':') } : {}),
        ...(context ? { context } : {}),
      })
    },
    clock,
    random,
    platform: thisPlatform(),
    manifests: fileURLToPath(new URL('../../manifests', import.meta.url)),
  }
}
