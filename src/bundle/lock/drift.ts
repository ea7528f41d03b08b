import { printMemory } from '../../kernel/errors/index.ts'
import { type Change, changed, compare, type Difference, moved } from './change.ts'
import type { BundleLock, LockedAttachment, LockedChart, LockedImage, LockedTool, Share } from './lock.ts'
import { ordered } from './print.ts'

/**
 * What a new lock has different from an old one, each with a sentence; empty when they mean the same. A tag that
 * moved is told with both digests. The same digest is the same image: its manifests, sizes and layers follow.
 */
export function driftOf(before: BundleLock, after: BundleLock): Change[] {
  const [old, now] = [ordered(before), ordered(saidBefore(before, after))]
  const found = [
    ...changed('name', old.metadata.name, now.metadata.name),
    ...changed('version', old.metadata.version, now.metadata.version),
    ...changed('Kubernetes', old.kubernetes, now.kubernetes),
    ...changed('platforms', old.platforms.join(', '), now.platforms.join(', ')),
    ...compare(
      'file',
      old.files,
      now.files,
      ({ path }) => path,
      (a, b) => moved('digest', a.digest, b.digest, 'changed'),
    ),
    ...compare('chart', old.charts, now.charts, ({ name }) => name, chartDrift),
    ...changed('order of charts', orderOf(old, now), orderOf(now, old)),
    ...compare('image', old.images, now.images, ({ name }) => name, imageDrift),
    ...compare('tool', old.tools, now.tools, ({ name, platform }) => `${name} for ${platform}`, toolDrift),
    ...compare(
      'suspect',
      old.suspects,
      now.suspects,
      suspect => `${suspect.text} in ${place(suspect)}`,
      none,
    ),
    ...budgetDrift(old, now),
  ]
  // One meaning has one text: whatever the comparisons above may miss is drift all the same.
  if (found.length > 0 || JSON.stringify(old) === JSON.stringify(now)) return found
  const sentence =
    'lock: names and digests are the same, but not what is said of them: was one edited by hand?'
  return [{ what: 'lock', kind: 'changed', sentence }]
}

/** What the older lock could have said: one of an older Sealift names no manifests of tools. */
function saidBefore(before: BundleLock, after: BundleLock): BundleLock {
  const keyOf = ({ name, platform }: LockedTool) => `${name} ${platform}`
  const named = new Map(before.tools.map(tool => [keyOf(tool), tool.manifest]))
  const tools = after.tools.map(tool => {
    const { manifest: _, ...rest } = tool
    return named.has(keyOf(tool)) && named.get(keyOf(tool)) === undefined ? rest : tool
  })
  return { ...after, tools }
}

const none = (): Difference[] => []

function chartDrift(old: LockedChart, now: LockedChart): Difference[] {
  const [was, is] = [old.package.digest, now.package.digest]
  const again = `version ${now.version} was republished: package was ${was}, now ${is}`
  return [
    ...moved('version', old.version, now.version),
    ...moved('source', old.source, now.source),
    ...moved('release', old.release, now.release),
    ...moved('namespace', old.namespace, now.namespace),
    ...(old.version === now.version ? moved('package', was, is, again) : []),
    ...(was === is ? moved('manifest', old.manifest.digest, now.manifest.digest) : []),
  ]
}

function imageDrift(old: LockedImage, now: LockedImage): Difference[] {
  const platforms = (image: LockedImage): string => Object.keys(image.platforms).join(', ')
  return [
    ...moved('digest', old.digest, now.digest, `the tag moved: was ${old.digest}, now ${now.digest}`),
    ...moved('platforms', platforms(old), platforms(now)),
    ...compare('image', old.reasons, now.reasons, place, none).map(
      ({ kind, name = '' }): Difference =>
        kind === 'added'
          ? { field: 'reasons', after: name, sentence: `is now needed by ${name}` }
          : { field: 'reasons', before: name, sentence: `is no longer needed by ${name}` },
    ),
    ...moved('accepted', `${old.accepted ?? false}`, `${now.accepted ?? false}`, acceptance(now)),
    ...(old.digest === now.digest ? attachmentDrift(old, now) : []),
  ]
}

const acceptance = ({ accepted }: LockedImage): string =>
  accepted ? 'is now a suspect that was accepted' : 'is no longer a suspect that was accepted'

function attachmentDrift({ attachments: old }: LockedImage, { attachments: now }: LockedImage): Difference[] {
  const field = 'attachments'
  if (old === undefined || now === undefined) {
    const sentence = `what is attached to it was ${now ? 'left out, now is carried' : 'carried, now is left out'}`
    return old === now ? [] : [{ field, sentence }]
  }
  const keyOf = ({ kind, subject, manifest }: LockedAttachment) => `${kind} ${manifest} of ${subject}`
  const listed = (a: LockedAttachment, b: LockedAttachment) =>
    moved('list', a.list ?? '(none)', b.list ?? '(none)')
  return compare('image', old, now, keyOf, listed).map((change): Difference => {
    const { kind, name = '' } = change
    if (kind === 'changed') return { field, sentence: `the list that names ${name} is another one` }
    return kind === 'added'
      ? { field, after: name, sentence: `${name} is attached now` }
      : { field, before: name, sentence: `${name} is attached no longer` }
  })
}

function toolDrift(old: LockedTool, now: LockedTool): Difference[] {
  return [
    ...moved('version', old.version, now.version),
    ...moved('source', old.source, now.source),
    ...moved('content', old.content.digest, now.content.digest),
    ...(old.content.digest === now.content.digest
      ? moved('manifest', old.manifest?.digest ?? '(none)', now.manifest?.digest ?? '(none)')
      : []),
    ...moved('member', old.member ?? '(the file itself)', now.member ?? '(the file itself)'),
  ]
}

function budgetDrift({ budget: old }: BundleLock, { budget: now }: BundleLock): Change[] {
  const keyOf = ({ chart, object, container, init }: Share): string =>
    `${chart} ${object} ${container}${init ? ' (init)' : ''}`
  return [
    ...changed('budget', `${old.memory}, ${old.cpu}`, `${now.memory}, ${now.cpu}`),
    ...changed(
      'declared memory',
      `${old.declared.memory} bytes`,
      `${now.declared.memory} bytes`,
      `declared memory: ${wasNow(old.declared.memory, now.declared.memory)}`,
    ),
    ...changed('declared CPU', `${old.declared.cpu}m`, `${now.declared.cpu}m`),
    ...compare('requests of', old.containers, now.containers, keyOf, (a, b) => [
      ...moved('replicas', `${a.replicas}`, `${b.replicas}`),
      ...moved('memory', `${a.memory} bytes`, `${b.memory} bytes`, `memory ${wasNow(a.memory, b.memory)}`),
      ...moved('CPU', `${a.cpu}m`, `${b.cpu}m`),
      ...moved(
        'memory limit',
        `${a.memoryLimit ?? 'none'}`,
        `${b.memoryLimit ?? 'none'}`,
        `memory limit ${wasNow(a.memoryLimit, b.memoryLimit)}`,
      ),
    ]),
  ]
}

/** Memory for people; as data it stays in bytes. */
function wasNow(before: number | undefined, after: number | undefined): string {
  const text = (memory: number | undefined) => (memory === undefined ? 'none' : printMemory(memory))
  return `was ${text(before)}, now ${text(after)}`
}

/** Charts are installed in their order; only those that both locks have are compared. */
function orderOf({ charts }: BundleLock, other: BundleLock): string {
  const names = new Set(other.charts.map(({ name }) => name))
  return charts.flatMap(({ name }) => (names.has(name) ? [name] : [])).join(', ')
}

function place({ chart, object, field }: BundleLock['suspects'][number] | LockedImage['reasons'][number]) {
  return [chart, object, field].filter(part => part !== '').join(' ')
}
