/** The machine that Sealift runs on, as the node whose containerd is asked. */
import { access, constants, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { printable, SealiftError, systemCode } from '../../kernel/errors/index.ts'
import { freeBytes } from '../files/index.ts'
import { isGone, ownMark } from '../owner.ts'
import { abandonedMounts, mountPrefix, temporaryFolder } from '../temporary.ts'
import { type Ctr, closed, createCtr, type Run } from './ctr.ts'
import type { RuntimeLocation } from './detect.ts'
import { end } from './leases.ts'
import type { Machine } from './machine.ts'

/** This machine. */
export function here(location: RuntimeLocation): Machine {
  const ctr = createCtr(runHere(location))
  return {
    ctr,
    mark: ownMark,
    isGone,
    leftMounts: () => abandonedMounts(tmpdir()),
    freeBytes: path => freeBytes(`${path}/.`),
    unpack: (name, signal) => mountOnce(ctr, name, signal),
  }
}

/** Runs this machine's `ctr`, or `k3s ctr`. */
export function runHere({ ctr, address }: RuntimeLocation): Run {
  const [command = 'ctr', ...first] = ctr
  const leading = [...first, ...(address ? ['--address', address] : [])]
  return async (words, { input, signal }) => {
    if (address) await reachable(address)
    const { execa } = await import('execa')
    const result = await execa(command, [...leading, ...words], {
      ...(input
        ? // In a group of its own, which the terminal's Ctrl-C does not reach.
          { stdin: input, detached: true, ...late(signal) }
        : { stdin: 'ignore', ...(signal ? { cancelSignal: signal } : {}) }),
      reject: false,
    })
    if (result.code === 'ENOENT' || result.code === 'EACCES') throw notThere(command, result.code, result)
    const { stdout, stderr, failed, isTerminated } = result
    const said = { stdout: textOf(stdout), stderr: textOf(stderr) }
    return failed ? { ...said, failure: { error: result, killed: isTerminated } } : said
  }
}

const textOf = (output: unknown) => (typeof output === 'string' ? output : '')

/** How long a ctr without input may take to end by itself, in milliseconds, before it is killed. */
const grace = 10_000

function late(signal: AbortSignal | undefined): { cancelSignal?: AbortSignal } {
  if (signal === undefined) return {}
  const killing = new AbortController()
  const wait = () => setTimeout(() => killing.abort(signal.reason), grace).unref()
  signal.addEventListener('abort', wait, { once: true })
  return { cancelSignal: killing.signal }
}

/** ctr itself would try for ten seconds. */
async function reachable(address: string): Promise<void> {
  try {
    await access(address.replace(/^unix:\/\//, ''), constants.W_OK)
  } catch (error) {
    throw closed(address, systemCode(error) === 'EACCES')
  }
}

function notThere(command: string, code: string, cause: unknown): SealiftError {
  return new SealiftError('LOAD_FAILED', `cannot run ${printable(command)}: ${code}`, {
    hints: [
      "images are loaded with the node's own ctr, or k3s ctr: name it in site.yaml under containerd.ctr",
    ],
    cause,
  })
}

/**
 * `ctr` has no command to unpack by an image's name: mounting an image does it first, and the layers stay when the mount
 * goes. Its lease bears the folder's name, and so the mark of this process; the snapshot that was mounted goes with it.
 * So does what containerd 2.3 mounts in a folder of its own first, which `unmount --rm` would leave until the next
 * collection.
 */
async function mountOnce(ctr: Ctr, name: string, signal?: AbortSignal): Promise<void> {
  const { path } = await temporaryFolder(mountPrefix)
  try {
    await ctr(['images', 'mount', name, path], { signal })
  } finally {
    await ctr(['images', 'unmount', path])
    await end(ctr, [{ id: path }])
    await rmdir(path)
  }
}
