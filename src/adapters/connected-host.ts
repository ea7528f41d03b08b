import { readFile } from 'node:fs/promises'
import { SealiftError } from '../kernel/errors/index.ts'
import type { ConnectedHost } from '../kernel/ports/index.ts'
import { clock } from './clock.ts'
import { nodeFiles } from './files/index.ts'
import { helmFrom } from './helm/from-program.ts'
import { createRegistry } from './registry/index.ts'

type Environment = Readonly<Record<string, string | undefined>>

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
