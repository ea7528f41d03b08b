import { access, constants } from 'node:fs/promises'
import { type ExecaError, execa } from 'execa'
import { messageOf, printable, SealiftError, systemCode } from '../../kernel/errors/index.ts'
import type { RuntimeLocation } from './detect.ts'

/** What one call of `ctr` may need beside its words. */
interface CtrOptions {
  /**
   * Bytes for its stdin, passed on as they come. A ctr that takes bytes is told to stop by their end: it fails then, and
   * ends its own lease, which it leaves when it is killed.
   */
  readonly input?: AsyncIterable<Uint8Array>
  readonly signal?: AbortSignal | undefined
  /** Gives stdout although ctr failed: some lists are whole but for one image. */
  readonly partial?: boolean
}

/** Runs `ctr` in the namespace that kubelet uses; gives its stdout. */
export type Ctr = (words: readonly string[], options?: CtrOptions) => Promise<string>

/** @throws SealiftError LOAD_FAILED from every call that fails, with what to do */
export function createCtr({ ctr, address }: RuntimeLocation): Ctr {
  const [command = 'ctr', ...first] = ctr
  const leading = [...first, ...(address ? ['--address', address] : []), '--namespace', 'k8s.io']
  return async (words, { input, signal, partial } = {}) => {
    if (address) await reachable(address)
    signal?.throwIfAborted()
    // A fault of the bytes' source is the one to tell, not ctr's complaint about a short archive.
    const source: { fault?: unknown } = {}
    try {
      const { stdout } = await execa(command, [...leading, ...words], {
        ...(input
          ? // In a group of its own, which the terminal's Ctrl-C does not reach.
            { stdin: guarded(input, source, signal), detached: true, ...late(signal) }
          : { stdin: 'ignore', ...(signal ? { cancelSignal: signal } : {}) }),
      })
      signal?.throwIfAborted()
      return stdout
    } catch (thrown) {
      if (source.fault !== undefined) throw source.fault
      signal?.throwIfAborted()
      const error = thrown as ExecaError
      if (partial && typeof error.stdout === 'string' && error.stdout !== '') return error.stdout
      throw explained(command, words, error)
    }
  }
}

/** The bytes until they end, fail or are stopped; of the latter two the fault is kept. */
async function* guarded(
  input: AsyncIterable<Uint8Array>,
  source: { fault?: unknown },
  signal: AbortSignal | undefined,
) {
  try {
    for await (const bytes of input) {
      signal?.throwIfAborted()
      yield bytes
    }
  } catch (error) {
    source.fault = error
    throw error
  }
}

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

function closed(address: string, denied: boolean): SealiftError {
  return denied
    ? new SealiftError('LOAD_FAILED', `containerd's socket is not open to this user: ${printable(address)}`, {
        hints: ['run sealift as root on the K3s node'],
      })
    : new SealiftError('LOAD_FAILED', `containerd does not answer at ${printable(address)}`, {
        hints: [
          'is K3s running on this machine? If not, run sealift on the K3s node, or say where containerd is: containerd.ctr and containerd.address in site.yaml',
        ],
      })
}

function explained(command: string, words: readonly string[], error: ExecaError): SealiftError {
  if (error.code === 'ENOENT' || error.code === 'EACCES') {
    return new SealiftError('LOAD_FAILED', `cannot run ${printable(command)}: ${error.code}`, {
      hints: [
        "images are loaded with the node's own ctr, or k3s ctr: name it in site.yaml under containerd.ctr",
      ],
      cause: error,
    })
  }
  const said = (typeof error.stderr === 'string' ? error.stderr : '').trim() || messageOf(error)
  if (/permission denied/.test(said) && /dial|connect/.test(said)) return closed('its default socket', true)
  if (/failed to dial|connection refused|no such file or directory.*dial/.test(said)) {
    return closed('its default socket', false)
  }
  const last = said
    .split('\n')
    .slice(-3)
    .join('; ')
    .replace(/^ctr: /, '')
  return new SealiftError('LOAD_FAILED', `ctr ${words.slice(0, 2).join(' ')}: ${printable(last, 600)}`, {
    cause: error,
  })
}
