import type { Invitation, TenancyServer } from '../../kernel/ports/index.ts'
import { isOverload, type Pace } from '../pace/index.ts'
import type { Action, NewMember } from './action.ts'
import type { Observed } from './observe.ts'
import { performing } from './perform.ts'

/** What the server calls the environments that it makes itself; another one is called by its slug. */
const environmentNames: Readonly<Record<string, string>> = {
  dev: 'Development',
  staging: 'Staging',
  prod: 'Production',
}

// An answer that is lost takes its links with it, and each person takes the server 0.1 s: few at a time.
const invitedAtOnce = 20
const addedAtOnce = 50

/** What doing needs. */
export interface Applying {
  readonly server: TenancyServer
  readonly pace: Pace
  readonly observed: Observed
  /** Told of each action when it is done. */
  readonly done: (action: Action) => void
  /** Keeps links that let people in, before anything else is asked: the server gives them once. */
  readonly keep: (invitations: readonly Invitation[]) => Promise<void>
  /** Told of people who may have been invited by a request that the server failed at: nobody has their links. */
  readonly lost: (emails: readonly string[]) => void
}

/**
 * Does what a comparison says. Projects go on beside one another, and so do a project's environments; within one,
 * folders are made one after the other, for two may have the same one above them. People are invited before they come
 * into a project, which would invite them without a link. The first failure is the end: what was begun is finished,
 * nothing else is sent.
 * @throws SealiftError SERVER_FAILED that names the thing which could not be made, and what `keep` throws
 */
export async function applyActions(actions: readonly Action[], applying: Applying): Promise<void> {
  const invited = invite(
    actions.filter(action => action.kind === 'person').map(({ email }) => email),
    actions,
    applying,
  )
  const ofProjects = Map.groupBy(actions, ({ project }) => project)
  const projects = [...ofProjects].flatMap(([slug, all]) =>
    slug === undefined ? [] : [applyToProject(slug, all, invited, applying)],
  )
  await allEnded([invited, ...projects])
}

async function invite(
  emails: readonly string[],
  actions: readonly Action[],
  { server, keep, lost, ...rest }: Applying,
): Promise<void> {
  const perform = performing(rest)
  for (const some of chunks(emails, invitedAtOnce)) {
    const people = actions.filter(action => action.kind === 'person' && some.includes(action.email))
    await perform(people, async () => {
      const links = await server.invite(some).catch((error: unknown) => {
        if (isOverload(error)) lost(some)
        throw error
      })
      await keep(links)
    })
  }
}

async function applyToProject(
  slug: string,
  actions: readonly Action[],
  invited: Promise<void>,
  applying: Applying,
): Promise<void> {
  const { server, observed } = applying
  const perform = performing(applying)
  let id = observed.projects.get(slug)?.id ?? ''
  const inOrder = async (some: readonly Action[]) => {
    for (const action of some) await perform([action], () => act(action, id, server))
  }
  const of = (kind: Action['kind'], isRemoval = false) =>
    actions.filter(action => action.kind === kind && (action.change === 'remove') === isRemoval)

  for (const action of of('project'))
    await perform([action], async () => {
      id = await makeProject(action, id, server)
    })
  await inOrder(of('environment'))
  const members = async () => {
    await invited
    const groups = Map.groupBy(of('member').filter(isNewMember), ({ roles }) => roles.join())
    for (const group of groups.values())
      for (const some of chunks(group, addedAtOnce)) {
        const emails = some.map(({ email }) => email)
        await perform(some, () => server.addMembers(id, emails, some[0]?.roles ?? []))
      }
    await inOrder(of('member').filter(action => !isNewMember(action)))
  }
  await allEnded([...byEnvironment(of('folder')).map(inOrder), members()])
  await inOrder([...of('member', true), ...of('folder', true), ...of('environment', true)])
}

const isNewMember = (action: Action): action is NewMember =>
  action.kind === 'member' && action.change === 'create'

function byEnvironment(actions: readonly Action[]): Action[][] {
  const groups = Map.groupBy(actions, action => ('environment' in action ? action.environment : ''))
  return [...groups.values()]
}

async function makeProject(action: Action, id: string, server: TenancyServer): Promise<string> {
  if (action.kind !== 'project') return id
  const { kind: _, change: __, project: slug, ...rest } = action
  if ('defaultEnvironments' in rest) return (await server.createProject({ slug, ...rest })).id
  await server.changeProject(id, rest)
  return id
}

/** Does one thing in a project that is there. */
async function act(action: Action, id: string, server: TenancyServer): Promise<void> {
  if (action.kind === 'environment') {
    const { environment } = action
    if (action.change === 'remove') await server.deleteEnvironment(id, action.id)
    else await server.createEnvironment(id, environmentNames[environment] ?? environment, environment)
  } else if (action.kind === 'folder') {
    if (action.change === 'remove') await server.deleteFolder(id, action.environment, action.folder)
    else await server.createFolder(id, action.environment, action.path)
  } else if (action.kind === 'member') {
    if (action.change === 'remove') await server.removeMember(id, action.id)
    else if (action.change === 'change') await server.changeMember(id, action.id, action.roles)
  }
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size))
}

/** Waits for all, whatever becomes of each. @throws what the first one that failed did */
async function allEnded(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}
