import * as z from 'zod'
import type { Secret, ServerFolder, ServerProject, TenancyServer } from '../../kernel/ports/index.ts'
import { type Api, answeredOtherwise, type Call } from './api.ts'
import { createMachines } from './machines.ts'
import { createPeople } from './people.ts'

const environment = z.object({ id: z.string(), slug: z.string() })
// Recorded is an empty list. Servers before 2026-06 have none; one that cannot be read here is none of those looked for.
const deleted = z
  .array(z.unknown())
  .catch([])
  .transform(all => all.flatMap(one => environment.safeParse(one).data ?? []))
const project = z
  .object({
    id: z.string(),
    slug: z.string(),
    description: z.string().nullish(),
    hasDeleteProtection: z.boolean().nullish(),
    environments: z.array(environment),
    deletedEnvironments: deleted,
  })
  .transform(
    ({ id, slug, description, hasDeleteProtection, environments, deletedEnvironments }): ServerProject => ({
      ...{ id, slug, environments, deletedEnvironments },
      description: description ?? '',
      deleteProtection: hasDeleteProtection ?? false,
    }),
  )
const organizations = z.object({ organizations: z.array(z.object({ id: z.string(), name: z.string() })) })
const tree = z.record(
  z.string(),
  z.object({ folders: z.array(z.object({ id: z.string(), path: z.string() })) }),
)
const listed = z.object({ folders: z.array(z.object({ id: z.string(), relativePath: z.string() })) })

/** The requests behind {@link TenancyServer}. */
export function createTenancy(api: Api, token: Secret, organizationId: string, admin: string): TenancyServer {
  const ask = async <T>(call: Omit<Call, 'token'>, shape: z.ZodType<T>) =>
    await api.expect({ ...call, token }, shape)

  return {
    admin: admin.toLowerCase(),
    ...createPeople(api, token, organizationId),
    ...createMachines(api, token, organizationId),

    async organization() {
      const found = await ask({ method: 'GET', path: '/api/v1/organization' }, organizations)
      return found.organizations.find(({ id }) => id === organizationId)?.name ?? ''
    },

    async projects() {
      const query = { type: 'secret-manager' }
      const shape = z.object({ projects: z.array(project) })
      return (await ask({ method: 'GET', path: '/api/v1/projects', query }, shape)).projects
    },

    async createProject({ slug, description, deleteProtection, defaultEnvironments }) {
      const body = {
        ...{ projectName: slug, slug, type: 'secret-manager' },
        ...(description && { projectDescription: description }),
        ...(deleteProtection && { hasDeleteProtection: true }),
        ...(!defaultEnvironments && { shouldCreateDefaultEnvs: false }),
      }
      const call = { method: 'POST', path: '/api/v1/projects', body } as const
      return (await ask(call, z.object({ project }))).project
    },

    async changeProject(projectId, { description, deleteProtection }) {
      const body = {
        ...(description !== undefined && { description }),
        ...(deleteProtection !== undefined && { hasDeleteProtection: deleteProtection }),
      }
      await ask({ method: 'PATCH', path: at(projectId), body }, z.unknown())
    },

    async createEnvironment(projectId, name, slug) {
      const call = { method: 'POST', path: `${at(projectId)}/environments`, body: { name, slug } } as const
      return (await ask(call, z.object({ environment }))).environment
    },

    // Not recorded: the path is that of upstream's project-env-router (v1) of 2026-06.
    async restoreEnvironment(projectId, environmentId) {
      const path = `${at(projectId)}/environments/${encodeURIComponent(environmentId)}/restore`
      await ask({ method: 'POST', path }, z.unknown())
    },

    // Not recorded: the path and the shape are those of upstream's project-router (v1) of 2026-07. A server that does
    // not know it, refuses it, or answers otherwise is asked as was recorded.
    async folders({ id, environments }) {
      try {
        const whole = tree.refine(
          all => environments.every(({ slug }) => slug in all),
          'not all environments',
        )
        const all = await ask({ method: 'GET', path: `${at(id)}/environment-folder-tree` }, whole)
        return new Map(Object.entries(all).map(([slug, { folders }]) => [slug, cleaned(folders)]))
      } catch (error) {
        if (!answeredOtherwise(error)) throw error
      }
      const found = new Map<string, readonly ServerFolder[]>()
      for (const { slug } of environments) {
        const query = { projectId: id, environment: slug, path: '/', recursive: 'true' }
        const { folders } = await ask({ method: 'GET', path: '/api/v2/folders', query }, listed)
        found.set(slug, cleaned(folders.map(folder => ({ id: folder.id, path: folder.relativePath }))))
      }
      return found
    },

    async createFolder(projectId, slug, whole) {
      const [, path, name] = /^(.*)\/([^/]+)$/.exec(whole) ?? []
      const body = { projectId, environment: slug, name, path: path || '/' }
      await ask({ method: 'POST', path: '/api/v2/folders', body }, z.unknown())
    },

    async secretsBelow({ projectId, environment: slug, path: secretPath }) {
      const where = { projectId, environment: slug, secretPath, recursive: 'true' }
      const query = { ...where, viewSecretValue: 'false', includeImports: 'false' }
      const shape = z.object({ secrets: z.array(z.unknown()) })
      return (await ask({ method: 'GET', path: '/api/v4/secrets', query }, shape)).secrets.length
    },

    async deleteEnvironment(projectId, environmentId) {
      const path = `${at(projectId)}/environments/${encodeURIComponent(environmentId)}`
      await ask({ method: 'DELETE', path }, z.unknown())
    },

    // Not recorded: the path and the shape are those of upstream's secret-folder-router (v2) of 2026-07, which refuses a
    // folder with secrets or folders in it unless it is forced; servers before that knew no such field, and deleted it.
    async deleteFolder(projectId, slug, { id, path: whole }) {
      const above = whole.replace(/\/[^/]+$/, '') || '/'
      const body = { projectId, environment: slug, path: above, forceDelete: true }
      const path = `/api/v2/folders/${encodeURIComponent(id)}`
      await ask({ method: 'DELETE', path, body }, z.unknown())
    },
  }
}

const at = (projectId: string) => `/api/v1/projects/${encodeURIComponent(projectId)}`

/** Paths with one slash before each name and none behind; without the root, which every environment has. */
function cleaned(folders: readonly ServerFolder[]): ServerFolder[] {
  return folders
    .map(({ id, path }) => ({ id, path: `/${path.split('/').filter(Boolean).join('/')}` }))
    .filter(({ path }) => path !== '/')
}
