import type { Rule } from './rule.ts'

/** The fewest rules that allow the same: of one resource and place, with verbs for the same names together, in order. */
export function joined(rules: readonly Rule[]): Rule[] {
  const each = rules.flatMap(rule => rule.verbs.map(verb => ({ rule, verb })))
  const byVerb = grouped(each, ({ rule, verb }) => [placeOf(rule), verb])
  const single = [...byVerb.values()].map(same => ofVerb(same))
  const needed = single.filter(rule => !single.some(other => other !== rule && includes(other, rule)))
  const bySame = grouped(needed, rule => [placeOf(rule), rule.names ?? null])
  return [...bySame.values()]
    .flatMap(([first, ...others]) =>
      first === undefined
        ? []
        : [{ ...first, verbs: [first, ...others].flatMap(({ verbs }) => verbs).sort(byHabit) }],
    )
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

/** As kubectl and the documentation list them. */
const habit = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']
const place = (verb: string) => (habit.includes(verb) ? habit.indexOf(verb) : habit.length)
const byHabit = (a: string, b: string) => place(a) - place(b) || (a < b ? -1 : 1)

const placeOf = ({ apiGroup, resource, subresource = '', namespace = '' }: Rule) => [
  namespace,
  apiGroup,
  resource,
  subresource,
]
const keyOf = (rule: Rule) => JSON.stringify([placeOf(rule), rule.names ?? ''])

/** One rule of what several say of one verb: for all names that they have, or for any where one has none. */
function ofVerb(same: readonly { rule: Rule; verb: string }[]): Rule {
  const [{ rule, verb }] = same as [{ rule: Rule; verb: string }]
  const { names: _, ...any } = { ...rule, verbs: [verb] }
  if (same.some(({ rule }) => rule.names === undefined)) return any
  return { ...any, names: [...new Set(same.flatMap(({ rule }) => rule.names ?? []))].sort() }
}

/** Whether a rule without a namespace says what one within says, too. */
function includes(wide: Rule, narrow: Rule): boolean {
  if (wide.namespace !== undefined || narrow.namespace === undefined) return false
  const same = wide.apiGroup === narrow.apiGroup && wide.resource === narrow.resource
  if (!same || wide.subresource !== narrow.subresource || wide.verbs[0] !== narrow.verbs[0]) return false
  return wide.names === undefined || (narrow.names ?? ['']).every(name => wide.names?.includes(name))
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => unknown): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = JSON.stringify(keyOf(item))
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return groups
}
