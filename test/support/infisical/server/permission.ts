import type { Actor } from './actor.ts'
import type { Database } from './database.ts'
import { ApiError, denied } from './errors.ts'
import { glob } from './glob.ts'

/** Where a secret is, for rules with conditions. */
interface Place {
  readonly environment: string
  readonly secretPath: string
  readonly secretName?: string
}

type Test =
  | string
  | { readonly $eq?: string; readonly $ne?: string; readonly $in?: string[]; readonly $glob?: string }

/** One rule of a role or an additional privilege. */
export interface Rule {
  readonly subject: string
  readonly action: string | readonly string[]
  readonly inverted?: boolean
  readonly conditions?: Readonly<Record<string, Test>>
}

/** What an actor may do in one project. */
export interface Access {
  /** Without a `place` a rule counts whatever its conditions are, as in CASL. */
  can(action: string, subject: string, place?: Place): boolean
  /** @throws ApiError 403 with the recorded text. */
  require(action: string, subject: string, place?: Place): void
}

const everything: Rule[] = [{ subject: '*', action: ['*'] }]
const readOnly = ['secrets', 'secret-folders', 'secret-imports', 'environments']
const roles: Readonly<Record<string, readonly Rule[]>> = {
  admin: everything,
  member: ['secrets', 'secret-folders', 'secret-imports', 'environments'].map(subject => ({
    subject,
    action: ['*'],
  })),
  viewer: readOnly.map(subject => ({ subject, action: ['read', 'describeSecret', 'readValue'] })),
  'no-access': [],
}

/** Whether the community edition knows a project role of this name. */
export const isProjectRole = (role: string): boolean => role in roles

function passes(test: Test, value: string): boolean {
  if (typeof test === 'string') return test === value
  if (test.$eq !== undefined && test.$eq !== value) return false
  if (test.$ne !== undefined && test.$ne === value) return false
  if (test.$in && !test.$in.includes(value)) return false
  return test.$glob === undefined || glob(test.$glob).test(value)
}

function applies(rule: Rule, action: string, subject: string, place?: Place): boolean {
  const actions = typeof rule.action === 'string' ? [rule.action] : rule.action
  const isReading = action === 'describeSecret' || action === 'readValue'
  const named = actions.includes('*') || actions.includes(action) || (isReading && actions.includes('read'))
  if (!named || (rule.subject !== '*' && rule.subject !== subject)) return false
  if (!place) return true
  const facts = { secretName: '', ...place }
  const known = Object.entries(rule.conditions ?? {}).filter(([name]) => name in facts)
  return known.every(([name, test]) => passes(test, facts[name as keyof typeof facts]))
}

const shown = ({ action, subject, inverted = false, conditions }: Rule) => ({
  action: [action].flat(),
  inverted,
  subject: [subject],
  ...(conditions === undefined ? {} : { conditions }),
})

function accessBy(rules: readonly Rule[]): Access {
  const can = (action: string, subject: string, place?: Place) => {
    const matching = rules.filter(rule => applies(rule, action, subject, place))
    return matching.some(rule => !rule.inverted) && !(place && matching.some(rule => rule.inverted))
  }
  const require = (action: string, subject: string, place?: Place) => {
    if (can(action, subject, place)) return
    const looked = rules.filter(rule => applies(rule, action, subject))
    throw denied(
      `You are not allowed to ${action} on ${subject}`,
      looked.map(rule => shown(rule)),
    )
  }
  return { can, require }
}

/**
 * The rules of `actor` in a project: its role there and its additional privileges, which add up.
 * @throws ApiError 403 when it is not a member.
 */
export async function accessTo(db: Database, actor: Actor, projectId: string): Promise<Access> {
  if (actor.kind === 'user' && actor.orgRole === 'admin') return accessBy(everything)
  const pair = [projectId, actor.id]
  const sql = 'SELECT role FROM identity_project_memberships WHERE "projectId" = $1 AND "identityId" = $2'
  const membership = await db.first<{ role: string }>(sql, pair)
  if (!membership) {
    const help = `Please assign this ${actor.kind} to the project with the appropriate permissions, then try again.`
    throw new ApiError(
      403,
      'ForbiddenError',
      `You are not a member of this project with ID ${projectId}. ${help}`,
    )
  }
  const privileges = await db.all<{ permissions: Rule[] }>(
    'SELECT permissions FROM identity_project_additional_privilege WHERE "projectId" = $1 AND "identityId" = $2',
    pair,
  )
  return accessBy([
    ...(roles[membership.role] ?? []),
    ...privileges.flatMap(privilege => privilege.permissions),
  ])
}
