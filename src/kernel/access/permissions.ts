import * as z from 'zod'

// What the server adds to a rule that says nothing of it.
const rule = z.looseObject({
  action: z.union([z.string().transform(action => [action]), z.array(z.string())]),
  inverted: z.boolean().default(false),
})

/** Whether two lists of rules permit the same: in whatever order, and with what the server fills in. */
export function samePermissions(a: unknown, b: unknown): boolean {
  const [left, right] = [z.array(rule).safeParse(a), z.array(rule).safeParse(b)]
  return left.success && right.success && canonical(left.data) === canonical(right.data)
}

/** JSON in which neither the order of keys nor that of a list's items matters: a rule's lists are sets. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return `{${entries
    .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`)
    .sort()
    .join()}}`
}
