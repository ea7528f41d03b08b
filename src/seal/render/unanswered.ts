import { printable, SealiftError } from '../../kernel/errors/index.ts'
import { askedInWords } from './asked-apis.ts'
import { type Difference, differencesBy, isSame, type Outline } from './differences-by.ts'
import { outlineOf } from './outline.ts'
import type { Rendered } from './render.ts'

/** Most APIs that are tried by themselves before anything is seen to differ. */
const mostFirst = 12

/**
 * A sentence for each API whose presence changes what a chart renders, and of which the spec says nothing: what comes and
 * goes with it. @throws SealiftError INTERRUPTED
 */
export async function unanswered(chart: string, rendered: Rendered): Promise<string[]> {
  const { open, metadata } = rendered
  if (open.length === 0) return []
  const objectsWith = async (apis: readonly string[]) => {
    try {
      const ways = rendered.noUpgrade === undefined ? [false, true] : [false]
      // None may run on when the other has failed: its helm is about to be removed.
      const both = await Promise.allSettled(ways.map(upgrade => rendered.with(apis, upgrade)))
      return (await Promise.all(both.map(settled))).flat()
    } catch (error) {
      if (error instanceof SealiftError && error.code === 'RENDER_FAILED') return undefined
      throw error
    }
  }
  const before = rendered.states.flat()
  const known = new Map<string, Promise<Outline | undefined>>()
  const outlined = (apis: readonly string[], byKind: boolean) => {
    const key = [byKind, ...apis].sort().join()
    const outline =
      known.get(key) ?? objectsWith(apis).then(objects => objects && outlineOf({ metadata, objects }, byKind))
    known.set(key, outline)
    return outline
  }
  const plain = outlineOf({ metadata, objects: before }, false)
  const changes = async (apis: readonly string[]) => !isSame(await outlined(apis, false), plain)
  const { apis, cancelling } = askedInWords([...rendered.texts.values()])
  const inWords = apis.filter(api => open.includes(api))
  const first = cancelling ? inWords.slice(0, mostFirst).map(api => [api]) : []
  if (!(await anyOf([open, ...first], changes))) return []
  // Names that are made up anew at each rendering say nothing.
  const byKind = await changes([])
  const base = outlineOf({ metadata, objects: before }, byKind)
  const found = await differencesBy(open, base, each => outlined(each, byKind), inWords)
  return found.map(difference => sentence(chart, difference))
}

async function settled<T>(result: PromiseSettledResult<T>): Promise<T> {
  if (result.status === 'rejected') throw result.reason
  return result.value
}

async function anyOf<T>(list: readonly T[], is: (item: T) => Promise<boolean>): Promise<boolean> {
  for (const item of list) if (await is(item)) return true
  return false
}

function sentence(chart: string, { apis, change }: Difference): string {
  const which = [...apis].sort().join(' and ')
  const asks = `chart ${chart} asks whether the site has ${which}, and bundle.yaml does not say`
  const answer = `answer in apiVersions: "${apis[0]}", or "not ${apis[0]}"`
  if (change === undefined) return `${asks}: it cannot be rendered for a site that has it; ${answer}`
  const parts = [
    ...(change.more.length > 0
      ? [`a site that has it gets ${list(change.more)}, which the bundle leaves out`]
      : []),
    ...(change.less.length > 0 ? [`a site that has it does not get ${list(change.less)}`] : []),
  ]
  return `${asks}: ${parts.join('; ')}; ${answer}`
}

const named = 8

/** Images first: they are what would be missing on the site. */
function list(items: readonly string[]): string {
  const isImage = (item: string) => item.startsWith('image ')
  const sorted = [...items.filter(isImage), ...items.filter(item => !isImage(item))]
  const rest = sorted.length > named ? `, and ${sorted.length - named} more` : ''
  return `${sorted
    .slice(0, named)
    .map(item => printable(item, 200))
    .join(', ')}${rest}`
}
