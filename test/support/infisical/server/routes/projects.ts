import { type Actor, authenticate, authenticateOrgAdmin } from '../actor.ts'
import type { Context } from '../context.ts'
import { badRequest, notFound } from '../errors.ts'
import { Fields } from '../fields.ts'
import { accessTo } from '../permission.ts'
import {
  addEnvironment,
  addProject,
  type Project,
  projectById,
  projectBySlug,
  projectView,
} from '../projects.ts'
import { type Call, type Route, route } from '../router.ts'
import { slugOf } from './admin.ts'

const defaultEnvironments = [
  ['Development', 'dev'],
  ['Staging', 'staging'],
  ['Production', 'prod'],
] as const

/** Projects and their environments. */
export function projectRoutes(context: Context): Route[] {
  const { db } = context

  const list: Route['answer'] = async call => {
    const actor = await authenticate(context, call)
    const all = await db.all<Project>('SELECT * FROM projects WHERE "orgId" = $1 ORDER BY "createdAt"', [
      actor.orgId,
    ])
    const sql = 'SELECT "projectId" id FROM identity_project_memberships WHERE "identityId" = $1'
    const joined = new Set((await db.all<{ id: string }>(sql, [actor.id])).map(row => row.id))
    const mine = actor.kind === 'user' ? all : all.filter(project => joined.has(project.id))
    return { projects: await Promise.all(mine.map(project => projectView(db, project))) }
  }

  const create: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const name = fields.string('projectName')
    const slug = fields.optional('slug')
    const row = {
      type: fields.string('type', 'secret-manager'),
      description: fields.optional('projectDescription'),
    }
    const environments = fields.boolean('shouldCreateDefaultEnvs', true) ? defaultEnvironments : []
    if (slug && !/^[a-z0-9][a-z0-9-]{3,34}[a-z0-9]$/.test(slug)) {
      fields.fault({ code: 'custom', message: 'Slug must be a valid slug', path: ['slug'] })
    }
    fields.done()
    const { orgId } = await authenticateOrgAdmin(context, call, 'workspace')
    if (slug && (await db.first('SELECT 1 FROM projects WHERE slug = $1 AND "orgId" = $2', [slug, orgId]))) {
      const text = `A project with the slug "${slug}" already exists in your organization.`
      throw badRequest(`${text} Please choose a different name or slug.`)
    }
    const full = { ...row, name, orgId, slug: slug ?? slugOf(name), description: row.description ?? null }
    const project = await db.transaction(work => addProject(work, full, environments))
    return { project: await projectView(db, project) }
  }

  const found = async (call: Call, find: (actor: Actor) => Promise<Project>) => {
    const actor = await authenticate(context, call)
    const project = await find(actor)
    await accessTo(db, actor, project.id)
    return projectView(db, project)
  }

  const remove: Route['answer'] = async call => {
    const actor = await authenticateOrgAdmin(context, call, 'workspace')
    const project = await projectById(db, actor, call.param('projectId'))
    if (project.hasDeleteProtection) throw badRequest('Project has delete protection')
    const view = await projectView(db, project)
    await db.all('DELETE FROM projects WHERE id = $1', [project.id])
    return { project: view }
  }

  const createEnvironment: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const [name, slug] = [fields.string('name'), fields.string('slug')]
    fields.done()
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, call.param('projectId'))
    ;(await accessTo(db, actor, project.id)).require('create', 'environments')
    const sql = 'SELECT 1 FROM project_environments WHERE "projectId" = $1 AND slug = $2'
    if (await db.first(sql, [project.id, slug])) {
      throw badRequest('Environment with slug already exists', 'CreateEnvironment')
    }
    const made = await db.transaction(work => addEnvironment(work, project.id, name, slug))
    const { id, position, projectId, createdAt, updatedAt } = made
    const deletion = {
      deleteAfter: null,
      softDeletedAt: null,
      deletedByUserId: null,
      deletedByIdentityId: null,
    }
    const environment = { id, name, slug, position, projectId, createdAt, updatedAt, ...deletion }
    return { message: 'Successfully created new environment', projectId, environment }
  }

  const removeEnvironment: Route['answer'] = async call => {
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, call.param('projectId'))
    ;(await accessTo(db, actor, project.id)).require('delete', 'environments')
    const sql = 'DELETE FROM project_environments WHERE "projectId" = $1 AND id::text = $2 RETURNING *'
    const environment = await db.first(sql, [project.id, call.param('id')])
    if (!environment) throw notFound(`Environment with ID '${call.param('id')}' not found`)
    return { message: 'Successfully deleted environment', projectId: project.id, environment }
  }

  return [
    route('GET', '/api/v1/projects', list),
    route('POST', '/api/v1/projects', create),
    route('GET', '/api/v1/projects/slug/:slug', call =>
      found(call, actor => projectBySlug(db, actor, call.param('slug'))),
    ),
    route('GET', '/api/v1/projects/:projectId', async call => ({
      project: await found(call, actor => projectById(db, actor, call.param('projectId'))),
    })),
    route('DELETE', '/api/v1/projects/:projectId', remove),
    route('POST', '/api/v1/projects/:projectId/environments', createEnvironment),
    route('DELETE', '/api/v1/projects/:projectId/environments/:id', removeEnvironment),
  ]
}
