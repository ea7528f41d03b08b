import { isDeepStrictEqual } from 'node:util'
import { SealiftError } from '../../kernel/errors/index.ts'
import type { InstallPlan, PlannedChange, PlannedNode, PlannedObject } from './shape.ts'

/**
 * Makes sure that what would be done now is what was planned: the same bundle, site file and cluster, and of everything
 * that the install governs the same as it was seen then. What moves by itself, such as status, versions that a write
 * without change leaves, leases and times of day, is in neither.
 * @throws SealiftError PLAN_STALE that names all that has moved
 */
export function refuseStale(planned: InstallPlan, now: InstallPlan): void {
  const faults = moved(planned, now)
  if (faults.length === 0) return
  throw new SealiftError('PLAN_STALE', `this is no longer what was planned at ${planned.madeAt}`, {
    faults,
    hints: [
      'look at it anew, and have that approved: sealift plan BUNDLE -c site.yaml -o FILE',
      'where an install by this plan was interrupted: the same command without --plan goes on',
    ],
  })
}

function moved(planned: InstallPlan, now: InstallPlan): string[] {
  const { bundle, site, kubernetes, load } = planned
  const heads = [
    differs(`the bundle is ${titleOf(now.bundle)}, the plan is of ${titleOf(bundle)}`, bundle, now.bundle),
    site.name === now.site.name
      ? differs(`the site file of ${site.name} says something else than then`, site, now.site)
      : [`the site file is of ${now.site.name}, the plan is of ${site.name}`],
    differs(`images would come by ${now.load}, the plan is for ${load}`, load, now.load),
    differs('it is another cluster', kubernetes.cluster, now.kubernetes.cluster),
    differs(
      `Kubernetes was ${kubernetes.version}, and is ${now.kubernetes.version}`,
      kubernetes.version,
      now.kubernetes.version,
    ),
  ].flat()
  return [
    ...heads,
    ...compared(planned.releases, now.releases, changeTitle, changeState),
    ...compared(planned.objects, now.objects, objectTitle, objectState),
    ...compared(planned.nodes.flatMap(imagesOf), now.nodes.flatMap(imagesOf), changeTitle, changeState),
    ...compared(planned.database, now.database, changeTitle, changeState),
    ...compared(planned.infisical, now.infisical, changeTitle, changeState),
    ...compared(planned.files, now.files, changeTitle, changeState),
    ...compared(
      expected(planned),
      expected(now),
      text => text,
      () => 'was to be expected',
    ),
    ...compared(
      planned.refused,
      now.refused,
      text => text,
      () => 'would be refused',
    ),
    ...compared(
      planned.unknown,
      now.unknown,
      text => text,
      () => 'could not be told',
    ),
  ]
}

const expected = ({ upgrade }: InstallPlan) => [
  ...(upgrade?.unfit ?? []),
  ...(upgrade?.expect ?? []),
  ...(upgrade?.migrations ?? []).map(name => `migration ${name}`),
]
const titleOf = ({ name, version, digest }: InstallPlan['bundle']) => `${name} ${version} (${digest})`
const differs = (words: string, one: unknown, other: unknown) =>
  isDeepStrictEqual(one, other) ? [] : [words]

const imagesOf = ({ node, images }: PlannedNode) =>
  images.map(image => ({ ...image, name: `${image.name} on ${node}` }))
const changeTitle = ({ kind, name }: PlannedChange) => `${kind} ${name}`
const changeState = ({ change }: PlannedChange) => changeWords[change]
const objectTitle = ({ kind, namespace, name }: PlannedObject) =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
const objectState = ({ change }: PlannedObject) => changeWords[change]

const changeWords = {
  create: 'was to be made',
  change: 'was to be changed',
  remove: 'was to be taken away',
  stays: 'was to stay',
} as const

/** One line for each thing that is not on both sides, or not the same. */
function compared<T>(
  then: readonly T[],
  now: readonly T[],
  title: (one: T) => string,
  state: (one: T) => string,
): string[] {
  // Objects of two groups may have one title, and a list may name one twice: what is compared is all of a title.
  const [before, after] = [then, now].map(list => Map.groupBy(list, title))
  const keys = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])
  return [...keys].flatMap(key => {
    const [all, others] = [before?.get(key), after?.get(key)]
    if (isDeepStrictEqual(all, others)) return []
    const [was, is] = [all?.[0], others?.[0]]
    if (was === undefined) return [`${key}: nothing was to be done, and now something would be`]
    if (is === undefined) return [`${key} ${state(was)}, and now nothing would be done`]
    const [first, then] = [state(was), state(is).replace('was to', 'would')]
    return [first === state(is) ? `${key} ${first}, and now otherwise` : `${key} ${first}, and now ${then}`]
  })
}
