import { type Actor, authenticate, authenticateOrgAdmin } from '../actor.ts'
import type { Context } from '../context.ts'
import { badRequest, forbidden, notFound } from '../errors.ts'
import { Fields } from '../fields.ts'
import { addMember } from '../members.ts'
import { accessTo } from '../permission.ts'
import {
  addEnvironment,
  addProject,
  bareProject,
  type Environment,
  environmentView,
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
    const ofType =
      'SELECT * FROM projects WHERE "orgId" = $1 AND ($2::text IS NULL OR type = $2) ORDER BY name'
    const all = await db.all<Project>(ofType, [actor.orgId, call.query('type')])
    const sql = 'SELECT "projectId" id FROM identity_project_memberships WHERE "identityId" = $1'
    const joined = new Set((await db.all<{ id: string }>(sql, [actor.id])).map(row => row.id))
    const mine = actor.kind === 'user' ? all : all.filter(project => joined.has(project.id))
    return { projects: await Promise.all(mine.map(project => projectView(db, project))) }
  }

  const create: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const name = fields.string('projectName')
    const slug = fields.slug('slug')
    const row = {
      type: fields.string('type', 'secret-manager'),
      description: fields.optional('projectDescription') ?? null,
      hasDeleteProtection: fields.boolean('hasDeleteProtection', false),
    }
    const environments = fields.boolean('shouldCreateDefaultEnvs', true) ? defaultEnvironments : []
    fields.done()
    const { id: actorId, kind, orgId } = await authenticateOrgAdmin(context, call, 'workspace')
    if (slug && (await db.first('SELECT 1 FROM projects WHERE slug = $1 AND "orgId" = $2', [slug, orgId]))) {
      const text = `A project with the slug "${slug}" already exists in your organization.`
      throw badRequest(`${text} Please choose a different name or slug.`)
    }
    const full = { ...row, name, orgId, slug: slug ?? slugOf(name) }
    const project = await db.transaction(async work => {
      const made = await addProject(work, full, environments)
      if (kind === 'user') await addMember(work, made.id, actorId, 'admin')
      return made
    })
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
    if (project.hasDeleteProtection) throw forbidden('Project delete protection is enabled')
    await db.all('DELETE FROM projects WHERE id = $1', [project.id])
    return { project: bareProject(project) }
  }

  const update: Route['answer'] = async call => {
    const actor = await authenticateOrgAdmin(context, call, 'workspace')
    const project = await projectById(db, actor, call.param('projectId'))
    const fields = new Fields(call.body)
    const name = fields.string('name', project.name)
    const description = fields.optional('description') ?? project.description
    const isProtected = fields.boolean('hasDeleteProtection', project.hasDeleteProtection)
    fields.done()
    const sql = `UPDATE projects SET name = $2, description = $3, "hasDeleteProtection" = $4, "updatedAt" = now()
      WHERE id = $1 RETURNING *`
    const changed = await db.first<Project>(sql, [project.id, name, description, isProtected])
    return { project: bareProject(changed ?? project) }
  }

  const createEnvironment: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const [name, slug] = [fields.string('name'), fields.string('slug')]
    fields.done()
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, call.param('projectId'))
    ;(await accessTo(db, actor, project.id)).require('create', 'environments')
    const sql = 'SELECT "deleteAfter" FROM project_environments WHERE "projectId" = $1 AND slug = $2'
    const holder = await db.first<{ deleteAfter: Date | null }>(sql, [project.id, slug])
    if (holder?.deleteAfter) {
      const message = `Environment slug '${slug}' is held by a pending-deletion environment. Permanently delete that environment first, then retry.`
      throw badRequest(message, 'CreateEnvironment')
    }
    if (holder) {
      throw badRequest('Environment with slug already exists', 'CreateEnvironment')
    }
    const made = await db.transaction(work => addEnvironment(work, project.id, name, slug))
    const message = 'Successfully created new environment'
    return { message, projectId: project.id, environment: environmentView(made) }
  }

  const renameEnvironment: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    const name = fields.string('name')
    fields.done()
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, call.param('projectId'))
    ;(await accessTo(db, actor, project.id)).require('edit', 'environments')
    const sql =
      'UPDATE project_environments SET name = $3 WHERE "projectId" = $1 AND id::text = $2 RETURNING *'
    const renamed = await db.first<Environment>(sql, [project.id, call.param('id'), name])
    if (!renamed) throw notFound(`Environment with ID '${call.param('id')}' not found`)
    const message = 'Successfully updated environment'
    return { message, projectId: project.id, environment: environmentView(renamed) }
  }

  const removeEnvironment: Route['answer'] = async call => {
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, call.param('projectId'))
    ;(await accessTo(db, actor, project.id)).require('delete', 'environments')
    // It is kept for two weeks, and its slug is taken so long: upstream's project-env-service of 2026-06.
    const deleteAfter = new Date(Date.now() + 14 * 24 * 3600 * 1000)
    const sql = `UPDATE project_environments SET "deleteAfter" = $3
      WHERE "projectId" = $1 AND id::text = $2 AND "deleteAfter" IS NULL RETURNING *`
    const gone = await db.first<Environment>(sql, [project.id, call.param('id'), deleteAfter])
    if (!gone) throw notFound(`Environment with ID '${call.param('id')}' not found`)
    const environment = environmentView(gone, {
      deleteAfter,
      softDeletedAt: new Date(),
      [actor.kind === 'user' ? 'deletedByUserId' : 'deletedByIdentityId']: actor.id,
    })
    return { message: 'Successfully deleted environment', projectId: project.id, environment }
  }

  const restoreEnvironment: Route['answer'] = async call => {
    const actor = await authenticate(context, call)
    const project = await projectById(db, actor, call.param('projectId'))
    ;(await accessTo(db, actor, project.id)).require('delete', 'environments')
    const sql = `UPDATE project_environments SET "deleteAfter" = NULL
      WHERE "projectId" = $1 AND id::text = $2 AND "deleteAfter" IS NOT NULL RETURNING *`
    const back = await db.first<Environment>(sql, [project.id, call.param('id')])
    if (!back)
      throw notFound(
        `Soft-deleted environment with id '${call.param('id')}' in project with ID '${project.id}' not found`,
      )
    const message = 'Successfully restored environment'
    return { message, projectId: project.id, environment: environmentView(back) }
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
    route('PATCH', '/api/v1/projects/:projectId', update),
    route('DELETE', '/api/v1/projects/:projectId', remove),
    route('POST', '/api/v1/projects/:projectId/environments', createEnvironment),
    route('PATCH', '/api/v1/projects/:projectId/environments/:id', renameEnvironment),
    route('DELETE', '/api/v1/projects/:projectId/environments/:id', removeEnvironment),
    route('POST', '/api/v1/projects/:projectId/environments/:id/restore', restoreEnvironment),
  ]
}
