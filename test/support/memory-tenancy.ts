/** The TenancyServer port in memory, held to the same contract as the real adapter; counts what it is asked. */

import {
  type Licence,
  Secret,
  type ServerFolder,
  type ServerMember,
  type ServerPerson,
  type ServerProject,
  type TenancyServer,
} from '../../src/kernel/ports/index.ts'
import { answered } from './answered.ts'
import { type ByHand, memoryMachines } from './memory-machines.ts'
import { type MemorySharing, memorySharing } from './memory-sharing.ts'

/** A server with its state to look at, and what it was asked. */
export interface MemoryTenancy extends TenancyServer, ByHand {
  /** Requests, in order: `createFolder prod /a`. */
  readonly asked: string[]
  /** Those that changed something. */
  readonly changes: () => string[]
  /** Requests that were under way at the same time, at most. */
  readonly mostAtOnce: () => number
  /** What its projects let one another read: the port beside this one, of the same server. */
  readonly sharing: MemorySharing
  /** What the licence allows. */
  allowed: Licence
  /** Secrets by `project/environment/path`, for tests of what goes with a folder. */
  readonly secrets: Map<string, number>
  /** Roles that projects have beside those that all have. */
  readonly ownRoles: string[]
  /** Addresses of those who were invited and have come. */
  readonly come: Set<string>
  /** A folder that is there, `project/environment/path` by the project's slug; by the project's slug or id. */
  folderAt(project: string, environment: string, path: string): string | undefined
  /** Id of a project that is there. */
  idOf(slug: string): string
  /** Counts a request, and answers it by `work`. */
  request<T>(words: readonly string[], work: () => T): Promise<T>
  /** Called before each request is answered; one that throws fails it. */
  before: (request: string) => void
  /** Called after a request was done and before it is answered: one that throws leaves it done. */
  after: (request: string) => void
}

const reading =
  /^(organization|projects|folders|licence|people|roles|members|secretsBelow|secretsIn|readByStore|identities|machines|privileges|permissions|kubernetesAuth|isAllowed|grants|imports|namesBelow|login)\b/
const builtIn = ['admin', 'member', 'viewer', 'no-access']

/** An empty server of an organisation. */
export function memoryTenancy(organization = 'openova'): MemoryTenancy {
  const projects = new Map<string, ServerProject>()
  const folders = new Map<string, Map<string, string>>()
  const admin = 'admin@site.local'
  const people = new Map<string, ServerPerson>([[admin, { email: admin, isInvited: false }]])
  const members = new Map<string, ServerMember[]>()
  const asked: string[] = []
  let [now, most, ids] = [0, 0, 0]
  const id = (what: string) => `${what}-${ids++}`

  async function request<T>(words: readonly string[], work: () => T): Promise<T> {
    const name = words.join(' ')
    asked.push(name)
    now += 1
    most = Math.max(most, now)
    try {
      await new Promise(setImmediate)
      memory.before(name)
      const result = work()
      memory.after(name)
      return result
    } finally {
      now -= 1
    }
  }

  const projectOf = (projectId: string): ServerProject => {
    const found = [...projects.values()].find(project => project.id === projectId)
    if (found === undefined) throw answered(404, `Project with ID '${projectId}' not found`)
    return found
  }
  const inPlace = (projectId: string, environment: string) => {
    const found = folders.get(`${projectId}/${environment}`)
    if (found === undefined) throw answered(404, `Folder with path '/' in environment '${environment}'`)
    return found
  }
  const refuseUnknown = (roles: readonly string[], projectId: string) => {
    const unknown = roles.filter(role => !builtIn.includes(role) && !memory.ownRoles.includes(role)).join()
    if (unknown)
      throw answered(404, `Specified roles '${unknown}' was not found in the project with ID '${projectId}'`)
  }
  const addEnvironment = (projectId: string, slug: string) => {
    const project = projectOf(projectId)
    if (project.environments.some(known => known.slug === slug))
      throw answered(400, 'Environment with slug already exists')
    if (project.deletedEnvironments.some(known => known.slug === slug))
      throw answered(400, `Environment slug '${slug}' is held by a pending-deletion environment.`)
    const environment = { id: id('environment'), slug }
    projects.set(project.slug, { ...project, environments: [...project.environments, environment] })
    folders.set(`${projectId}/${slug}`, new Map())
    return environment
  }

  type Listed = 'environments' | 'deletedEnvironments'
  const move = (projectId: string, environmentId: string, from: Listed, to: Listed) => {
    const project = projectOf(projectId)
    const [moved, rest] = [true, false].map(is =>
      project[from].filter(one => (one.id === environmentId) === is),
    )
    if (moved?.length !== 1) throw answered(404, `environment with id '${environmentId}' not found`)
    projects.set(project.slug, { ...project, [from]: rest, [to]: [...project[to], ...moved] })
  }

  const memory: MemoryTenancy = {
    ...memoryMachines(request, id, projectId => projectOf(projectId).slug),
    sharing: memorySharing({ request, id, projectOf, foldersOf: inPlace }),
    asked,
    changes: () => asked.filter(name => !reading.test(name)),
    mostAtOnce: () => most,
    allowed: { customRoles: false, groups: false, most: {} },
    secrets: new Map(),
    ownRoles: [],
    come: new Set(),
    admin,
    before: () => {},
    after: () => {},
    request,
    idOf: slug => projects.get(slug)?.id ?? '',
    folderAt(project, environment, path) {
      const found = [...projects.values()].find(({ id, slug }) => id === project || slug === project)
      const there = found && folders.get(`${found.id}/${environment}`)
      const is = there !== undefined && (path === '/' || there.has(path))
      return is ? `${found?.slug}/${environment}${path === '/' ? '' : path}` : undefined
    },

    organization: () => request(['organization'], () => organization),
    projects: () => request(['projects'], () => [...projects.values()]),
    createProject: ({ slug, description, deleteProtection, defaultEnvironments }) =>
      request(['createProject', slug], () => {
        if (projects.has(slug)) throw answered(400, `A project with the slug "${slug}" already exists`)
        const projectId = id('project')
        projects.set(slug, {
          ...{ id: projectId, slug, environments: [], deletedEnvironments: [] },
          description: description ?? '',
          deleteProtection: deleteProtection ?? false,
        })
        members.set(projectId, [{ id: id('member'), email: admin, roles: ['admin'], isTemporary: false }])
        if (defaultEnvironments)
          for (const name of ['dev', 'staging', 'prod']) addEnvironment(projectId, name)
        return projectOf(projectId)
      }),
    changeProject: (projectId, change) =>
      request(['changeProject', projectOf(projectId).slug, JSON.stringify(change)], () => {
        const project = projectOf(projectId)
        projects.set(project.slug, { ...project, ...change })
      }),
    createEnvironment: (projectId, _name, slug) =>
      request(['createEnvironment', projectOf(projectId).slug, slug], () => addEnvironment(projectId, slug)),
    restoreEnvironment: (projectId, environmentId) =>
      request(['restoreEnvironment', projectOf(projectId).slug, environmentId], () =>
        move(projectId, environmentId, 'deletedEnvironments', 'environments'),
      ),
    folders: ({ id: projectId }) =>
      request(['folders', projectOf(projectId).slug], () => {
        const listed = ({ slug }: { slug: string }): [string, ServerFolder[]] => [
          slug,
          [...inPlace(projectId, slug)].map(([path, folderId]) => ({ id: folderId, path })),
        ]
        return new Map(projectOf(projectId).environments.map(listed))
      }),
    createFolder: (projectId, environment, path) =>
      request(['createFolder', projectOf(projectId).slug, environment, path], () => {
        const place = inPlace(projectId, environment)
        if (place.has(path)) throw answered(400, `Folder with name '${path}' already exists`)
        const names = path.split('/').slice(1)
        for (const depth of names.keys()) {
          const each = `/${names.slice(0, depth + 1).join('/')}`
          if (!place.has(each)) place.set(each, id('folder'))
        }
      }),

    licence: () => request(['licence'], () => memory.allowed),
    people: () =>
      request(['people'], () =>
        [...people.values()].map(({ email, isInvited }) => ({
          ...{ email, isInvited: isInvited && !memory.come.has(email) },
        })),
      ),
    invite: emails =>
      request(['invite', ...emails], () => {
        const fresh = emails.filter(email => !people.has(email))
        for (const email of fresh) people.set(email, { email, isInvited: true })
        return fresh.map(email => ({ email, link: new Secret(`http://x/signupinvite?token=t-${email}`) }))
      }),
    roles: projectId => request(['roles', projectOf(projectId).slug], () => [...builtIn, ...memory.ownRoles]),
    members: projectId =>
      request(['members', projectOf(projectId).slug], () => [...(members.get(projectId) ?? [])]),
    addMembers: (projectId, emails, roles) =>
      request(['addMembers', projectOf(projectId).slug, roles.join(), ...emails], () => {
        refuseUnknown(roles, projectId)
        const there = members.get(projectId) ?? []
        // Recorded: an unknown address is invited, and nobody gets its link.
        const strange = emails.filter(email => !people.has(email))
        if (strange.length > 0) throw new Error(`the links of ${strange} are lost`)
        const fresh = emails.filter(email => !there.some(member => member.email === email))
        const made = fresh.map(email => ({ id: id('member'), email, roles: [...roles], isTemporary: false }))
        members.set(projectId, [...there, ...made])
      }),
    changeMember: (projectId, memberId, roles) =>
      request(['changeMember', projectOf(projectId).slug, memberId, roles.join()], () => {
        refuseUnknown(roles, projectId)
        const changed = (members.get(projectId) ?? []).map(member =>
          member.id === memberId ? { ...member, roles: [...roles], isTemporary: false } : member,
        )
        members.set(projectId, changed)
      }),
    removeMember: (projectId, memberId) =>
      request(['removeMember', projectOf(projectId).slug, memberId], () => {
        members.set(
          projectId,
          (members.get(projectId) ?? []).filter(member => member.id !== memberId),
        )
      }),
    secretsBelow: ({ projectId, environment, path }) =>
      request(['secretsBelow', projectOf(projectId).slug, environment, path], () => {
        const at = `${projectOf(projectId).slug}/${environment}${path === '/' ? '' : path}`
        const below = [...memory.secrets].filter(([place]) => `${place}/`.startsWith(`${at}/`))
        return below.reduce((sum, [, number]) => sum + number, 0)
      }),
    deleteEnvironment: (projectId, environmentId) =>
      request(['deleteEnvironment', projectOf(projectId).slug, environmentId], () =>
        move(projectId, environmentId, 'environments', 'deletedEnvironments'),
      ),
    deleteFolder: (projectId, environment, folder) =>
      request(['deleteFolder', projectOf(projectId).slug, environment, folder.path], () => {
        const place = inPlace(projectId, environment)
        for (const path of [...place.keys()]) if (`${path}/`.startsWith(`${folder.path}/`)) place.delete(path)
      }),
  }
  return memory
}
