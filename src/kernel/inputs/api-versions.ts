import { printable } from '../errors/index.ts'

/** What a spec says of the APIs of its site. */
export interface SiteApis {
  /** `group/version` and `group/version/Kind` that are there; the version of each kind among them. */
  readonly has: ReadonlySet<string>
  /** Those that are not. */
  readonly lacks: ReadonlySet<string>
}

const no = 'not '

/** Reads `apiVersions` of a spec: what is there, and with `not ` before it what is not. */
export function siteApis(entries: readonly string[]): SiteApis {
  const has = entries.filter(entry => !entry.startsWith(no))
  const lacks = entries.filter(entry => entry.startsWith(no)).map(entry => entry.slice(no.length))
  return { has: new Set([...has.map(versionOf), ...has]), lacks: new Set(lacks) }
}

/** `group/version` of a `group/version/Kind`, and of itself. */
export function versionOf(api: string): string {
  return api.replace(/\/[A-Z]\w*$/, '')
}

/** Entries that say both that something is there and that it is not, as faults. */
export function contradictions(raw: unknown): string[] {
  const list = (raw as Readonly<Record<string, unknown>> | null | undefined)?.['apiVersions']
  const entries = Array.isArray(list) ? list.filter(entry => typeof entry === 'string') : []
  const { has, lacks } = siteApis(entries)
  return [...lacks]
    .filter(api => has.has(api))
    .map(api => `apiVersions: expected one answer; ${printable(api)} is there and not there`)
}

/** What a spec says of the cluster that its charts are for, as helm is told it. */
export function targetOf({
  kubernetes,
  apiVersions,
}: {
  kubernetes: string
  apiVersions: readonly string[]
}) {
  return { kubernetes, apiVersions: [...siteApis(apiVersions).has] }
}
