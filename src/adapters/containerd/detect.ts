import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { systemCode } from '../../kernel/errors/index.ts'

/** How to reach a node's containerd. */
export interface RuntimeLocation {
  /** The command's words: `['ctr']`, `['/usr/local/bin/k3s', 'ctr']`. */
  readonly ctr: readonly string[]
  /** The socket's path; without it the command's own default. */
  readonly address?: string
}

const k3sSocket = '/run/k3s/containerd/containerd.sock'
const sockets = [k3sSocket, '/run/containerd/containerd.sock']

/** A socket in a folder that is closed to this user counts as there: the next call then says what is missing. */
async function present(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    error => systemCode(error) !== 'ENOENT',
  )
}

async function runnable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

async function onPath(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name)
    if (folder !== '' && (await runnable(file))) return file
  }
  return undefined
}

/**
 * The containerd of this machine: what the site file says, else K3s's, else `ctr` with a socket that is there.
 * `undefined` when this machine has none: it is no node.
 */
export async function detectRuntime(options: {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly site?: RuntimeLocation | undefined
}): Promise<RuntimeLocation | undefined> {
  if (options.site) return options.site
  const path = options.environment['PATH'] ?? ''
  const k3s = await onPath('k3s', [path, '/usr/local/bin'].join(delimiter))
  // An agent or server that does not run has no socket; a k3s binary alone makes no node.
  if (k3s && (await present(k3sSocket))) return { ctr: [k3s, 'ctr'], address: k3sSocket }
  const ctr = await onPath('ctr', path)
  if (!ctr) return undefined
  for (const address of sockets) if (await present(address)) return { ctr: [ctr], address }
  return undefined
}
