import type { Bundle, CarriedImage } from '../../../bundle/layout/index.ts'
import { count, SealiftError } from '../../../kernel/errors/index.ts'
import type { NodeRuntime, Progress, SiteHost, SiteNodes } from '../../../kernel/ports/index.ts'
import { type LoadResult, loadImages, requireBase } from '../load.ts'
import { atMost } from './at-most.ts'
import { lackingIn, loadedWords, roomInContainerd } from './containerd.ts'
import { onNode } from './on-node.ts'
import type { LoadingWay, LoadRequest, WayResult } from './way.ts'

// All come through one API server, from one file.
const mostAtOnce = 2

/** Streams to every node what that node lacks, pins and unpacks it, and proves it node by node. */
export function clusterWay(open: SiteHost['nodes']): LoadingWay {
  let opened: Promise<SiteNodes> | undefined
  const nodes = async () => {
    opened ??= open()
    const found = (await opened).nodes
    if (found.length > 0) return found
    throw new SealiftError('LOAD_FAILED', 'this cluster has no node that may run pods', {
      hints: ['is every node cordoned? kubectl get nodes; kubectl uncordon NODE'],
    })
  }
  const each = async <T>(work: (node: NodeRuntime) => Promise<T>, signal = new AbortController().signal) =>
    atMost(
      mostAtOnce,
      await nodes(),
      // Where one node fails, what another is at comes to its end: that is not brought again then.
      async node => ({ node, result: await onNode(node.name, work(node)) }),
      signal,
    )
  return {
    name: 'cluster',
    title: 'Load images into every node',
    async base(bundle) {
      const found = await each(node => foundOn(node, bundle))
      refuseWithout(found.flatMap(({ result }) => result ?? []))
      return `they are on ${names(found)}`
    },
    async room(bundle) {
      const found = await each(({ runtime, platform }) => roomInContainerd(runtime, bundle, platform))
      const told = (text: string, { node }: { node: NodeRuntime }) => `node ${node.name}: ${text}`
      const doubts = found.flatMap(one => (one.result.doubt ? [told(one.result.doubt, one)] : []))
      const detail = found.map(one => told(one.result.detail, one)).join('; ')
      return { detail, ...(doubts.length > 0 ? { doubt: doubts.join('; ') } : {}) }
    },
    async lacks(bundle) {
      const found = await each(({ runtime, platform }) => lackingIn(runtime, bundle, platform))
      return found.map(({ node, result }) => ({ ...result, place: node.name }))
    },
    async load(request) {
      const shared = acrossNodes(request)
      const found = await each(node => loadNode(node, request, shared), request.signal)
      return summed(found.map(({ result }) => result))
    },
    async close() {
      await opened?.then(found => found.close()).catch(() => {})
    },
  }
}

const names = (found: readonly { readonly node: NodeRuntime }[]) =>
  found.map(({ node }) => `node ${node.name}`).join(', ')

/** Why a node has not what a delta builds on; nothing where it has. Of all nodes that is told, not of the first alone. */
async function foundOn(
  { name, runtime, platform }: NodeRuntime,
  bundle: Bundle,
): Promise<{ readonly node: string; readonly error: SealiftError } | undefined> {
  try {
    await requireBase(runtime, bundle, platform)
    return undefined
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'BASE_MISSING') return { node: name, error }
    throw error
  }
}

/** @throws SealiftError BASE_MISSING with every layer that a node lacks */
function refuseWithout(lacking: readonly { readonly node: string; readonly error: SealiftError }[]): void {
  const [first, ...others] = lacking
  if (first === undefined) return
  const { message, hints } = first.error
  const also =
    others.length === 0 ? '' : `, and so it is on node ${others.map(({ node }) => node).join(', ')}`
  throw new SealiftError('BASE_MISSING', `node ${first.node}: ${message}${also}`, {
    faults: lacking.flatMap(({ node, error }) => error.faults.map(fault => `node ${node}: ${fault}`)),
    hints,
  })
}

async function loadNode(
  { name, runtime, platform }: NodeRuntime,
  request: LoadRequest,
  shared: ReturnType<typeof acrossNodes>,
): Promise<LoadResult> {
  const { bundle, signal, stepOn } = request
  const step = stepOn?.(name)
  try {
    const result = await loadImages({
      ...{ bundle, signal, runtime, platform },
      announce: shared.announce,
      onProgress(progress) {
        step?.progress(progress)
        shared.progress(name, progress)
      },
    })
    if (result.changed) step?.done(loadedWords(result))
    else step?.skip(loadedWords(result))
    return result
  } catch (error) {
    step?.fail()
    throw error
  }
}

/** What is told of several nodes as of one: bytes of all, and one note at a time. */
function acrossNodes({ onProgress, announce }: LoadRequest) {
  const moved = new Map<string, Progress>()
  let noted = Promise.resolve()
  const sum = (field: 'done' | 'total') => [...moved.values()].reduce((all, one) => all + one[field], 0)
  return {
    progress(node: string, progress: Progress) {
      moved.set(node, progress)
      onProgress({ done: sum('done'), total: sum('total') })
    },
    announce(images: readonly CarriedImage[]): Promise<void> {
      // Each reads and writes one object.
      noted = noted.catch(() => {}).then(() => announce(images))
      return noted
    },
  }
}

/** Images count as present that were on every node, as loaded that came to any. */
function summed(results: readonly LoadResult[]): WayResult {
  const loaded = [...new Set(results.flatMap(one => one.loaded))]
  const present = [...new Set(results.flatMap(one => one.present))].filter(name => !loaded.includes(name))
  const pinned = [...new Set(results.flatMap(one => one.pinned))]
  const bytes = results.reduce((sum, one) => sum + one.bytes, 0)
  const sum = { changed: results.some(one => one.changed), loaded, present, pinned, bytes }
  return { ...sum, detail: `${loadedWords(sum)}, on ${count(results.length, 'node')}` }
}
