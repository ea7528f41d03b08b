import type { BundleLock, LockedChart, LockedImage, LockedTool } from './lock.ts'
import { ordered } from './print.ts'

/**
 * What a new lock has different from an old one, one sentence each; empty when they mean the same. A tag that
 * moved is told with both digests.
 */
export function driftOf(before: BundleLock, after: BundleLock): string[] {
  const [old, now] = [ordered(before), ordered(after)]
  return [
    ...changed('name', old.metadata.name, now.metadata.name),
    ...changed('version', old.metadata.version, now.metadata.version),
    ...changed('Kubernetes', old.kubernetes, now.kubernetes),
    ...changed('platforms', [...old.platforms].sort().join(', '), [...now.platforms].sort().join(', ')),
    ...compare(
      'file',
      old.files,
      now.files,
      ({ path }) => path,
      (a, b) => (a.digest === b.digest ? [] : ['changed']),
    ),
    ...compare('chart', old.charts, now.charts, ({ name }) => name, chartDrift),
    ...changed('order of charts', orderOf(old, now), orderOf(now, old)),
    ...compare('image', old.images, now.images, ({ name }) => name, imageDrift),
    ...compare('tool', old.tools, now.tools, ({ name, platform }) => `${name} for ${platform}`, toolDrift),
    ...compare('suspect', old.suspects, now.suspects, suspectKey, () => []),
    ...budgetDrift(old, now),
  ]
}

function changed(what: string, before: string, after: string): string[] {
  return before === after ? [] : [`${what}: was ${before}, now ${after}`]
}

function compare<T>(
  noun: string,
  old: readonly T[],
  now: readonly T[],
  keyOf: (item: T) => string,
  differences: (before: T, after: T) => string[],
): string[] {
  const before = new Map(old.map(item => [keyOf(item), item]))
  const after = new Map(now.map(item => [keyOf(item), item]))
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap(key => {
    const was = before.get(key)
    const is = after.get(key)
    if (was === undefined) return [`${noun} ${key}: added`]
    if (is === undefined) return [`${noun} ${key}: removed`]
    return differences(was, is).map(difference => `${noun} ${key}: ${difference}`)
  })
}

function chartDrift(old: LockedChart, now: LockedChart): string[] {
  return [
    ...moved('version', old.version, now.version),
    ...moved('source', old.source, now.source),
    ...moved('release', old.release, now.release),
    ...moved('namespace', old.namespace, now.namespace),
    ...(old.version === now.version && old.package.digest !== now.package.digest
      ? [
          `version ${now.version} was republished: package was ${old.package.digest}, now ${now.package.digest}`,
        ]
      : []),
    ...(old.package.digest === now.package.digest
      ? moved('manifest', old.manifest.digest, now.manifest.digest)
      : []),
  ]
}

function imageDrift(old: LockedImage, now: LockedImage): string[] {
  if (old.digest !== now.digest) return [`the tag moved: was ${old.digest}, now ${now.digest}`]
  const platforms = (image: LockedImage): string => Object.keys(image.platforms).sort().join(', ')
  const reasons = (image: LockedImage): string => JSON.stringify(image.reasons)
  return [
    ...moved('platforms', platforms(old), platforms(now)),
    ...(reasons(old) === reasons(now) ? [] : ['is needed in other places than before']),
  ]
}

function toolDrift(old: LockedTool, now: LockedTool): string[] {
  return [
    ...moved('version', old.version, now.version),
    ...moved('source', old.source, now.source),
    ...moved('content', old.content.digest, now.content.digest),
    ...moved('member', old.member ?? '(the file itself)', now.member ?? '(the file itself)'),
  ]
}

function budgetDrift({ budget: old }: BundleLock, { budget: now }: BundleLock): string[] {
  return [
    ...changed('budget', `${old.memory}, ${old.cpu}`, `${now.memory}, ${now.cpu}`),
    ...changed('declared memory', `${old.declared.memory} bytes`, `${now.declared.memory} bytes`),
    ...changed('declared CPU', `${old.declared.cpu}m`, `${now.declared.cpu}m`),
    ...(JSON.stringify(old.containers) === JSON.stringify(now.containers)
      ? []
      : ['requests of containers: changed']),
  ]
}

function moved(what: string, before: string, after: string): string[] {
  return before === after ? [] : [`${what} was ${before}, now ${after}`]
}

/** Charts are installed in their order; only those that both locks have are compared. */
function orderOf({ charts }: BundleLock, other: BundleLock): string {
  const names = new Set(other.charts.map(({ name }) => name))
  return charts.flatMap(({ name }) => (names.has(name) ? [name] : [])).join(', ')
}

function suspectKey({ text, chart, object, field }: BundleLock['suspects'][number]): string {
  return `${text} in ${chart} ${object} ${field}`
}
