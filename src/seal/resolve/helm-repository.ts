import { compareBuild, valid } from 'semver'
import * as z from 'zod'
import { messageOf, printable, SealiftError } from '../../kernel/errors/index.ts'
import { type ChartSpec, isSameVersion } from '../../kernel/inputs/index.ts'
import { digestOf } from '../../kernel/oci/index.ts'
import type { Web } from '../../kernel/ports/index.ts'
import { parseManifests } from '../../kernel/yaml/index.ts'
import { chartBytes, readAll } from './read.ts'

const indexBytes = 32 * 1024 * 1024
// What servers take, and people can read.
const longestAddress = 1500

// index.yaml (helm.sh/docs/topics/chart_repository), only what is needed to find one package.
const usable = z.object({
  version: z.string(),
  urls: z.tuple([z.string().min(1)], z.unknown()),
  digest: z.string().nullish(),
})

/** One version of a chart, as it is listed; whether it can be used is asked of the one that is wanted. */
interface Entry {
  readonly version: string
  readonly fields: unknown
}

/** The package, or the OCI repository that the Helm repository points to. */
export type RepositoryPackage = { readonly packed: Uint8Array } | { readonly oci: string }

/**
 * Finds a chart's version in a Helm repository and downloads its package. The index's digest, where there is
 * one, must fit.
 * @throws SealiftError CHART_NOT_FOUND with the nearest names or versions there are, CONTENT_MISMATCH,
 *   and those of the web
 */
export async function packageFromRepository(
  repo: string,
  { name, version }: ChartSpec,
  { web, signal }: { readonly web: Web; readonly signal?: AbortSignal },
): Promise<RepositoryPackage> {
  const shown = withoutQuery(repo)
  const listed = entriesOf(await web.text(addressIn(repo, 'index.yaml').href, indexBytes, signal), shown)
  const entries = readEntries(listed[name])
  if (entries.length === 0) {
    const names = Object.keys(listed)
      .sort()
      .slice(0, 8)
      .map(known => printable(known, 60))
    throw new SealiftError('CHART_NOT_FOUND', `${shown} has no chart ${name}`, {
      hints: [`It has: ${names.join(', ') || 'none'}.`],
    })
  }
  const fitting = [
    ...entries.filter(item => item.version === version),
    ...entries.filter(item => isSameVersion(item.version, version)),
  ]
  const [first] = fitting
  if (first === undefined) {
    throw new SealiftError('CHART_NOT_FOUND', `${shown} has no ${name} ${version}`, {
      hints: [
        `Nearest versions there: ${nearestVersions(
          version,
          entries.map(item => item.version),
        ).join(', ')}.`,
      ],
    })
  }
  const found = fitting.map(({ version, fields }) => usable.safeParse({ ...(fields as object), version }))
  const wanted = found.find(({ success }) => success)?.data
  if (wanted === undefined) {
    const faults = found[0]?.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []
    throw new SealiftError(
      'CHART_NOT_FOUND',
      `${shown} lists ${name} ${version} in a form that is of no use`,
      {
        faults,
      },
    )
  }
  const url = addressIn(repo, wanted.urls[0])
  if (url.protocol === 'oci:') return { oci: `${url.host}${url.pathname}`.replace(/:[^/:]*$/, '') }
  const place = withoutQuery(url.href)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new SealiftError(
      'CHART_NOT_FOUND',
      `${shown} offers ${name} ${version} at ${printable(place)}, which is not HTTP`,
    )
  }
  const packed = await readAll(web.stream(url.href, signal ? { signal } : {}), chartBytes, place)
  checkDigest(packed, wanted.digest, place)
  return { packed }
}

/** An address as it may be shown and kept: its query, which may be an access token, is left out. */
export function withoutQuery(address: string): string {
  return address.replace(/[?#].*$/s, '')
}

/**
 * An address that a repository's index gives. The repository's own query stays behind whatever lies at the
 * repository and has none, and goes to no other server.
 */
function addressIn(repo: string, address: string): URL {
  const base = new URL(repo)
  const { search, origin } = base
  base.search = ''
  base.hash = ''
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  const url = URL.parse(address, base.href)
  if (url === null || url.href.length > longestAddress)
    throw new SealiftError('CHART_NOT_FOUND', `${withoutQuery(repo)} lists a package at what is no address`, {
      faults: [printable(withoutQuery(address), 200)],
    })
  if (!URL.canParse(address) && url.origin === origin && url.search === '') url.search = search
  return url
}

function entriesOf(text: string, repo: string): Readonly<Record<string, unknown>> {
  let index: unknown
  try {
    // As helm reads it: the first document, and of a version that is a number what YAML makes of it.
    index = parseManifests(text)[0]
  } catch (error) {
    throw new SealiftError('REGISTRY_FAILED', `the index.yaml of ${repo} is not readable as YAML`, {
      faults: [printable(messageOf(error), 200)],
      cause: error,
    })
  }
  const entries = (index as { entries?: unknown } | null | undefined)?.entries
  if (typeof entries === 'object' && entries !== null) return { ...entries }
  throw new SealiftError('REGISTRY_FAILED', `${repo} is not a Helm repository: its index.yaml has no entries`)
}

/** What names no version is passed over, as Helm does. */
function readEntries(list: unknown): Entry[] {
  return (Array.isArray(list) ? list : []).flatMap((fields: { version?: unknown } | null) => {
    const version = fields?.version
    return ['string', 'number'].includes(typeof version) ? [{ version: String(version), fields }] : []
  })
}

function checkDigest(packed: Uint8Array, digest: string | null | undefined, url: string): void {
  // As helm takes it: an empty one is none.
  if (!digest) return
  const expected = digest.startsWith('sha256:') ? digest : `sha256:${digest}`
  if (digestOf(packed) === expected.toLowerCase()) return
  throw new SealiftError('CONTENT_MISMATCH', `${url} is not what its repository's index says`, {
    hints: [`Expected ${printable(expected)}, got ${digestOf(packed)}.`],
  })
}

/**
 * Up to six versions around the one asked for, newest first; a short one counts as `.0`: `7` and `15.4-alpine`, as tags of
 * images are. None where that is no version.
 */
export function nearestVersions(version: string, known: readonly string[]): string[] {
  const wanted = inFull(version)
  if (wanted === null) return []
  const sorted = known
    .flatMap(item => {
      const full = inFull(item)
      return full === null ? [] : [{ item, full }]
    })
    .sort((a, b) => compareBuild(b.full, a.full))
  const place = sorted.findIndex(({ full }) => compareBuild(full, wanted) < 0)
  const middle = place < 0 ? sorted.length : place
  const start = Math.max(0, Math.min(middle - 3, sorted.length - 6))
  return sorted.slice(start, start + 6).map(({ item }) => printable(item, 40))
}

/** The version with three numbers, build and all; `null` where it is none. */
function inFull(version: string): string | null {
  const [, major = '', minor = '.0', patch = '.0', rest = ''] =
    /^v?(\d+)(\.\d+)?(\.\d+)?([-+].*)?$/.exec(version) ?? []
  const full = `${major}${minor}${patch}${rest}`
  return valid(full) === null ? null : full
}
