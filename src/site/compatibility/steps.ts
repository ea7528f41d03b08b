import { coerce, parse, type SemVer, satisfies } from 'semver'
import { printable } from '../../kernel/errors/index.ts'
import { doubt, type Finding, no, yes } from './finding.ts'

/** A chart or program that goes from one version to another; versions as they are written, `v` or not. */
export interface VersionStep {
  readonly name: string
  readonly from: string
  readonly to: string
}

/**
 * The last minor of each major version of External Secrets Operator, from which the next major is one step: by the table
 * of releases in external-secrets/external-secrets docs/introduction/stability-support.md@0060da0b (2026-02).
 */
const lastMinors: ReadonlyMap<number, number> = new Map([
  [0, 20],
  [1, 3],
])

/**
 * Whether External Secrets Operator goes one minor at a time. Upstream asks for that in so many words, of every minor
 * (stability-support.md, "Upgrade version by version"; in 2.9 still), so a skipped one is refused. That nobody knows how
 * many minors lie between two majors that are not in the table is our caution: a doubt.
 * @param skip lets minors be skipped
 */
export function judgeOperatorStep({ name, from, to }: VersionStep, skip = false): Finding {
  const id = 'operator-step'
  const [here, next] = [versionOf(from), versionOf(to)]
  const shown = printable(`${name} ${from} → ${to}`)
  if (here === undefined || next === undefined)
    return doubt(
      id,
      `${shown}: not both are versions that can be compared`,
      'see the notes of every release between',
    )
  // A step back is the bundle's: that is refused, or meant, as a whole.
  if (next.compare(here) <= 0 || minorsBetween(here, next) === 0)
    return yes(id, `${shown}: no minor is skipped`)
  const skipped = minorsBetween(here, next)
  const hint = `upgrade by a bundle of each minor between, the next being ${nextMinor(here)}: upstream asks for one minor at a time`
  if (skipped === undefined)
    return doubt(id, `${shown}: which minors lie between is not known to this version of Sealift`, hint)
  const seen = `${shown} skips ${skipped === 1 ? 'a minor version' : `${skipped} minor versions`}`
  if (skip) return doubt(id, `${seen}, as it was allowed to`, hint)
  return no(id, seen, `${hint}; --skip-minors lets it pass, as nobody upstream promises that it works`)
}

/** How many minors are skipped; nothing where the table does not reach as far. */
function minorsBetween(here: SemVer, next: SemVer): number | undefined {
  if (here.major === next.major) return Math.max(0, next.minor - here.minor - 1)
  let skipped = next.minor
  for (let major = here.major; major < next.major; major++) {
    const last = lastMinors.get(major)
    if (last === undefined) return undefined
    skipped += major === here.major ? Math.max(0, last - here.minor) : last + 1
  }
  return skipped
}

function nextMinor({ major, minor }: SemVer): string {
  return lastMinors.get(major) === minor ? `${major + 1}.0` : `${major}.${minor + 1}`
}

/** What is known of a step from versions of one range to those of another. */
interface KnownStep {
  readonly name: string
  readonly from: string
  readonly to: string
  readonly ok: 'no' | 'doubt'
  readonly seen: string
  readonly hint: string
}

/**
 * Steps that are known to go wrong, or to ask for something first. Infisical has none: from a server of 2024-10 straight to
 * one of mid-2026 it has migrated and worked. Of External Secrets Operator: the notes of release v0.17.0, and its issue 4662.
 */
const knownSteps: readonly KnownStep[] = [
  {
    ...{ name: 'external-secrets', from: '<0.16.0', to: '>=0.17.0', ok: 'no' },
    seen: 'from 0.17 on v1beta1 is served no longer, and this version has no v1 yet',
    hint: 'upgrade to 0.16 first, and bring manifests and objects to v1 there: sealift migrate stores',
  },
  {
    ...{ name: 'external-secrets', from: '>=0.16.0 <0.17.0', to: '>=0.17.0', ok: 'doubt' },
    seen: 'from 0.17 on v1beta1 is served no longer: whoever still applies it is refused',
    hint: 'bring the manifests of all teams to v1 before: sealift migrate stores',
  },
]

/** What is known of a step; nothing where that is nothing. */
export function judgeKnownSteps(step: VersionStep): Finding[] {
  const [here, next] = [versionOf(step.from), versionOf(step.to)]
  if (here === undefined || next === undefined) return []
  return knownSteps
    .filter(({ name, from, to }) => name === step.name && satisfies(here, from) && satisfies(next, to))
    .map(({ ok, seen, hint }) => ({
      ...{ id: `known-step/${step.name}`, ok, hint },
      seen: printable(`${step.name} ${step.from} → ${step.to}: ${seen}`),
    }))
}

function versionOf(text: string): SemVer | undefined {
  return parse(text) ?? (/^v?\d+\.\d+/.test(text) ? coerce(text) : null) ?? undefined
}
