import { messageOf, printable, SealiftError } from '../../kernel/errors/index.ts'

/** How a run of `ctr` ended. */
export interface Ran {
  readonly stdout: string
  readonly stderr: string
  /** What made it fail; absent when it ended well. One that was killed could not clean up. */
  readonly failure?: { readonly error: unknown; readonly killed: boolean }
}

/** What a run may need beside its words. */
export interface RunOptions {
  /**
   * Bytes for its stdin, passed on as they come. A ctr that takes bytes is told to stop by their end: it fails then, and
   * ends its own lease, which it leaves when it is killed.
   */
  readonly input?: AsyncIterable<Uint8Array>
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs a node's `ctr` with these words, wherever that node is. Rejects when it cannot be run at all, or is not to be.
 * @throws SealiftError LOAD_FAILED, and those of the way there
 */
export type Run = (words: readonly string[], options: RunOptions) => Promise<Ran>

/** What one call of `ctr` may need beside its words; `partial` gives stdout although ctr failed: some lists are whole but for one image. */
interface CtrOptions extends RunOptions {
  readonly partial?: boolean
}

/** Runs `ctr` in the namespace that kubelet uses; gives its stdout. */
export type Ctr = (words: readonly string[], options?: CtrOptions) => Promise<string>

/** A call of `ctr` that was killed. */
export class Killed extends Error {}

/** @throws SealiftError LOAD_FAILED from every call that fails, with what to do */
export function createCtr(run: Run): Ctr {
  return async (words, { input, signal, partial } = {}) => {
    signal?.throwIfAborted()
    // A fault of the bytes' source is the one to tell, not ctr's complaint about a short archive.
    const source: { fault?: unknown } = {}
    const options = input ? { input: guarded(input, source, signal), signal } : { signal }
    const ran = await run(['--namespace', 'k8s.io', ...words], options).catch(error => {
      throw source.fault ?? error
    })
    if (source.fault !== undefined) throw source.fault
    signal?.throwIfAborted()
    if (ran.failure === undefined || (partial && ran.stdout !== '')) return ran.stdout
    throw explained(words, ran, ran.failure)
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

/** The error for a containerd that cannot be spoken to: `denied` when its socket is there, and closed to this user. */
export function closed(address: string, denied: boolean): SealiftError {
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

const makeRoom =
  'the disk of this node is full where containerd keeps images: make room there, then run this again'
const goOn = 'where containerd was stopped meanwhile, run this again: what is loaded stays'

function explained(
  words: readonly string[],
  { stderr }: Ran,
  { error, killed }: NonNullable<Ran['failure']>,
): SealiftError {
  const said = stderr.trim() || messageOf(error)
  if (/permission denied/.test(said) && /dial|connect/.test(said)) return closed('its default socket', true)
  if (/failed to dial|connection refused|no such file or directory.*dial/.test(said)) {
    return closed('its default socket', false)
  }
  // containerd's own log, which is told to whoever calls, is about other things.
  const last = said
    .split('\n')
    .filter(line => !/^time="[^"]*" level=(?:info|warning) /.test(line))
    .slice(-3)
    .join('; ')
    .replace(/^ctr: /, '')
  const full = said.includes('no space left on device')
  return new SealiftError('LOAD_FAILED', `ctr ${words.slice(0, 2).join(' ')}: ${printable(last, 600)}`, {
    hints: [full ? makeRoom : goOn],
    cause: killed ? new Killed('killed', { cause: error }) : error,
  })
}
