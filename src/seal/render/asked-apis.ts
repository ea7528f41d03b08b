import { type SiteApis, versionOf } from '../../kernel/inputs/index.ts'

/** Templates, values and whatever else of a chart may have a part in what it renders. */
export const isTemplateText = (path: string): boolean =>
  /(^|\/)templates\/|\.(ya?ml|tpl|txt|json|gotmpl)$/.test(path) &&
  !/^[^/]+\/(charts\/[^/]+\/)*crds\//.test(path)

const api =
  /(?<![\w./-])(?:[a-z0-9][a-z0-9.-]*\/)?v\d+(?:(?:alpha|beta)\d+)?(?:\/[A-Z][A-Za-z0-9]*)?(?![\w/-])/g
const group = /(?<![\w./-])[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+(?![\w.-])/g
const kind = /(?<![\w./-])(?:(?<=kind: {0,9})|(?<=["'`/]))[A-Z][A-Za-z0-9]*(?![\w/-])/g
const version = /(?<![\w.-])v\d+(?:(?:alpha|beta)\d+)?(?![\w.-])/g

/** Most names that are tried; those that are written out come first. Real charts have a few dozen. */
const mostAsked = 3000

/** Most names that are each tried by themselves. */
const mostInWords = 40

/**
 * The APIs that a chart may ask for: those that its files name, and in files that ask at all (`.Capabilities`) also what can
 * be made of the groups, versions and kinds in them, for a question may be put together of parts. One that nobody asks for
 * does no harm: it is tried whether it makes a difference. None where nothing asks.
 * @param texts files of the package, subcharts among them
 */
export function askedApis(texts: readonly string[]): string[] {
  const asking = texts.filter(text => text.includes('Capabilities'))
  if (asking.length === 0) return []
  const named = texts.flatMap(text => text.match(api) ?? [])
  const made = asking.filter(text => text.includes('APIVersions')).flatMap(combined)
  return [...new Set([...named, ...made])].slice(0, mostAsked).sort()
}

/** The APIs that a chart asks for in so many words. */
export interface InWords {
  readonly apis: readonly string[]
  /** It also asks for what is not there: with all claimed at once, the answers could cancel each other out. */
  readonly cancelling: boolean
}

/** Looks for questions with a whole name in them. */
export function askedInWords(texts: readonly string[]): InWords {
  const actions = texts.flatMap(text => text.match(action) ?? []).filter(code => code.includes('APIVersions'))
  const apis = [...new Set(actions.flatMap(code => code.match(api) ?? []))].sort().slice(0, mostInWords)
  return { apis, cancelling: actions.some(code => /\bnot\b/.test(code)) }
}

const action = /\{\{(?!-?\s{0,9}\/\*)[\s\S]{0,4000}?\}\}/g

function combined(text: string): string[] {
  const found = (shape: RegExp) => [...new Set(text.match(shape))]
  const versions = [...new Set([...found(version), 'v1'])]
  const made = each(found(group), versions)
  const whole = [...new Set([...found(api).map(versionOf), ...made])]
  return [...made, ...each(whole, found(kind))]
}

/** Each of these with each of those, as far as any is tried: a long text may have thousands of both. */
function each(first: readonly string[], second: readonly string[]): string[] {
  const all: string[] = []
  for (const one of first) {
    if (all.length >= mostAsked) break
    for (const other of second.slice(0, mostAsked)) all.push(`${one}/${other}`)
  }
  return all.slice(0, mostAsked)
}

/** What a chart is rendered with, and what nobody has answered. */
export interface Answered {
  readonly claimed: readonly string[]
  readonly open: readonly string[]
}

/**
 * Answers what a chart asks. A `group/version` of the spec stands for its kinds, unless kinds of it are listed as well; a
 * kind of a stable version that is Kubernetes' own is there, for helm claims such versions without their kinds.
 * @param own what helm takes every cluster to have
 * @param known all that the site has, where that is known: then nothing stays open
 */
export function answered(
  asked: readonly string[],
  { has, lacks }: SiteApis,
  own: ReadonlySet<string>,
  known?: ReadonlySet<string>,
): Answered {
  const listed = new Set([...has].filter(each => versionOf(each) !== each).map(versionOf))
  const isLacking = (each: string) => lacks.has(each) || lacks.has(versionOf(each))
  const isThere = (each: string) => {
    const its = versionOf(each)
    if (has.has(each) || own.has(each) || known?.has(each)) return true
    if (known !== undefined) return has.has(its) && !listed.has(its)
    if (isLacking(each)) return false
    return (has.has(its) && !listed.has(its)) || (own.has(its) && /(^|\/)v\d+$/.test(its))
  }
  return {
    claimed: [...new Set([...has, ...asked.filter(each => isThere(each) && !own.has(each))])],
    open: known === undefined ? asked.filter(each => !isThere(each) && !isLacking(each)) : [],
  }
}
