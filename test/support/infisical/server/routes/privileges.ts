import { randomBytes } from 'node:crypto'
import { authenticate } from '../actor.ts'
import type { Context } from '../context.ts'
import { badRequest, notFound } from '../errors.ts'
import { Fields } from '../fields.ts'
import { accessTo, type Rule } from '../permission.ts'
import { projectById } from '../projects.ts'
import { type Call, type Route, route } from '../router.ts'
import { identityInProject } from './memberships.ts'

interface Privilege {
  readonly id: string
  readonly projectId: string
  readonly slug: string
  readonly permissions: readonly Rule[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

const listedView = ({ id, slug, createdAt, updatedAt }: Privilege) => ({
  ...{ id, slug, isTemporary: false, temporaryMode: null, temporaryRange: null },
  ...{ temporaryAccessStartTime: null, temporaryAccessEndTime: null, createdAt, updatedAt },
})
const view = (row: Privilege) => ({ ...listedView(row), permissions: row.permissions })

const secretActions = ['read', 'describeSecret', 'readValue', 'create', 'edit', 'delete']

/** The rules of a body; actions on secrets are checked, in the words of zod's union. */
function rulesOf(fields: Fields): Rule[] {
  const rules = fields.objects('permissions') ?? []
  const expected = secretActions.map(action => `'${action}'`).join(' | ')
  for (const [i, { subject, action }] of rules.entries()) {
    const path = ['permissions', i, 'action']
    const bad = [action].flat().findIndex(item => !secretActions.includes(String(item)))
    if (subject !== 'secrets' || !Array.isArray(action) || bad < 0) continue
    const text = `received '${action[bad]}'`
    const notOne = { expected, received: 'array', code: 'invalid_type', path }
    const notKnown = { received: action[bad], code: 'invalid_enum_value', options: secretActions }
    const unionErrors = [
      { ...notOne, message: `Expected ${expected}, received array` },
      { ...notKnown, path: [...path, bad], message: `Invalid enum value. Expected ${expected}, ${text}` },
    ].map(issue => ({ issues: [issue], name: 'ZodError' }))
    fields.fault({ code: 'invalid_union', unionErrors, path, message: 'Invalid input' })
  }
  return rules.map(rule => ({ ...rule, inverted: rule['inverted'] === true }) as unknown as Rule)
}

/** Additional privileges of identities in projects. */
export function privilegeRoutes(context: Context): Route[] {
  const { db } = context
  const table = 'identity_project_additional_privilege'

  const add: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const [projectId, identityId] = [fields.string('projectId'), fields.string('identityId')]
    const slug = fields.string('slug', randomBytes(6).toString('hex'))
    const permissions = rulesOf(fields)
    fields.done()
    const pair = await identityInProject(context, call, projectId, identityId, 'edit')
    const sql = `SELECT 1 FROM ${table} WHERE "projectId" = $1 AND "identityId" = $2 AND slug = $3`
    if (await db.first(sql, [pair.projectId, pair.identityId, slug]))
      throw badRequest(`Additional privilege with name ${slug} exists`)
    return { privilege: view(await db.insert<Privilege>(table, { ...pair, slug, permissions })) }
  }

  const list: Route['answer'] = async call => {
    const [project = '', identity = ''] = [call.query('projectId'), call.query('identityId')]
    const { projectId, identityId } = await identityInProject(context, call, project, identity, 'read')
    const sql = `SELECT * FROM ${table} WHERE "projectId" = $1 AND "identityId" = $2 ORDER BY "createdAt"`
    return { privileges: (await db.all<Privilege>(sql, [projectId, identityId])).map(listedView) }
  }

  const named = async (call: Call, action: string): Promise<Privilege> => {
    const actor = await authenticate(context, call)
    const row = await db.first<Privilege>(`SELECT * FROM ${table} WHERE id::text = $1`, [call.param('id')])
    if (!row) throw notFound(`Identity privilege with id ${call.param('id')} not found`)
    const project = await projectById(db, actor, row.projectId)
    ;(await accessTo(db, actor, project.id)).require(action, 'identity')
    return row
  }

  const update: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const slug = fields.string('slug')
    fields.object('type')
    const permissions = 'permissions' in call.body ? JSON.stringify(rulesOf(fields)) : undefined
    fields.done()
    const row = await named(call, 'edit')
    const sql = `UPDATE ${table} SET slug = $2, permissions = coalesce($3, permissions), "updatedAt" = now()
      WHERE id = $1 RETURNING *`
    return { privilege: view((await db.first<Privilege>(sql, [row.id, slug, permissions])) ?? row) }
  }

  const remove: Route['answer'] = async call => {
    const row = await named(call, 'edit')
    await db.all(`DELETE FROM ${table} WHERE id = $1`, [row.id])
    return { privilege: view(row) }
  }

  const base = '/api/v2/identity-project-additional-privilege'
  return [
    route('POST', base, add),
    route('GET', base, list),
    route('GET', `${base}/:id`, async call => ({ privilege: view(await named(call, 'read')) })),
    route('PATCH', `${base}/:id`, update),
    route('DELETE', `${base}/:id`, remove),
  ]
}
