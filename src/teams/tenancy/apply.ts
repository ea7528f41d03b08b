import type { Invitation, LoginServer, TenancyServer } from '../../kernel/ports/index.ts'
import { isOverload, type Pace } from '../pace/index.ts'
import { act, makeProject } from './act.ts'
import type { Action, NewMember } from './action.ts'
import { giveLogin } from './give-login.ts'
import type { Observed } from './observe.ts'
import { allEnded, performing } from './perform.ts'
import type { Unmet } from './unmet.ts'

// An answer that is lost takes its links with it, and each person takes the server 0.1 s: few at a time.
const invitedAtOnce = 20
const addedAtOnce = 50

/** What giving logins needs. */
export interface GivingLogins {
  readonly server: LoginServer
  /** Told of those that the server was asked for and does not take; the rest goes on. */
  readonly refused: (unmet: Unmet) => void
}

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
  /** For whoever gives logins, too. */
  readonly logins?: GivingLogins
}

/** What projects wait for: that people are invited, and identities there, by their names. */
interface Ready {
  readonly invited: Promise<void>
  readonly identities: Promise<ReadonlyMap<string, string>>
  /** Ids of the projects, by their slugs; those that are made are added. */
  readonly ids: Map<string, string>
}

/**
 * Does what a comparison says. Projects go on beside one another, and so do a project's environments; within one,
 * folders are made one after the other, for two may have the same one above them. People are invited before they come
 * into a project, which would invite them without a link. The first failure is the end: what was begun is finished,
 * nothing else is sent. Gives the ids of the projects, by their slugs.
 * @throws SealiftError SERVER_FAILED that names the thing which could not be made, and what `keep` throws
 */
export async function applyActions(
  actions: readonly Action[],
  applying: Applying,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map([...applying.observed.projects].map(([slug, { id }]) => [slug, id]))
  const ready = { invited: invite(actions, applying), identities: makeIdentities(actions, applying) }
  const ofProjects = Map.groupBy(actions, ({ project }) => project)
  const projects = [...ofProjects].flatMap(([slug, all]) =>
    slug === undefined ? [] : [applyToProject(slug, all, { ...ready, ids }, applying)],
  )
  const logins = giveLogins(actions, ready.identities, applying)
  await allEnded([ready.invited, ready.identities, logins, ...projects])
  return ids
}

async function invite(actions: readonly Action[], { server, keep, lost, ...rest }: Applying): Promise<void> {
  const perform = performing(rest)
  for (const some of chunks(
    actions.filter(action => action.kind === 'person'),
    invitedAtOnce,
  )) {
    const emails = some.map(({ email }) => email)
    await perform(some, async () => {
      const links = await server.invite(emails).catch((error: unknown) => {
        if (isOverload(error)) lost(emails)
        throw error
      })
      await keep(links)
    })
  }
}

/** Makes identities; gives the ids of all, by their names. */
async function makeIdentities(
  actions: readonly Action[],
  applying: Applying,
): Promise<ReadonlyMap<string, string>> {
  const { server, observed } = applying
  const perform = performing(applying)
  const ids = new Map(observed.identities.map(({ name, id }) => [name, id]))
  const make = async (action: Action & { readonly kind: 'identity' }) =>
    await perform([action], async () => {
      ids.set(action.identity, await server.createIdentity(action.identity))
    })
  await allEnded(actions.filter(action => action.kind === 'identity').map(make))
  return ids
}

async function giveLogins(
  actions: readonly Action[],
  identities: Ready['identities'],
  { pace, logins, done }: Applying,
): Promise<void> {
  if (logins === undefined) return
  const ids = await identities
  const perform = performing({ pace, done: () => {} })
  const give = async (action: Action & { readonly kind: 'login' }) => {
    let why: string | undefined
    await perform([action], async () => {
      why = await giveLogin(action, ids.get(action.identity) ?? '', logins.server)
    })
    if (why === undefined) done(action)
    else logins.refused({ name: `login of identity ${action.identity}`, why })
  }
  await allEnded(actions.filter(action => action.kind === 'login').map(give))
}

async function applyToProject(
  slug: string,
  actions: readonly Action[],
  ready: Ready,
  applying: Applying,
): Promise<void> {
  const { server } = applying
  const perform = performing(applying)
  let id = ready.ids.get(slug) ?? ''
  const inOrder = async (some: readonly Action[], identityId = '') => {
    for (const action of some) await perform([action], () => act(action, { id, identityId }, server))
  }
  const of = (...kinds: readonly Action['kind'][]) =>
    actions.filter(({ kind, change }) => kinds.includes(kind) && change !== 'remove')

  for (const action of actions.filter(({ kind }) => kind === 'project'))
    await perform([action], async () => {
      id = await makeProject(action, id, server)
      ready.ids.set(slug, id)
    })
  await inOrder(of('environment'))
  const members = async () => {
    await ready.invited
    const groups = Map.groupBy(of('member').filter(isNewMember), ({ roles }) => roles.join())
    for (const group of groups.values())
      for (const some of chunks(group, addedAtOnce)) {
        const emails = some.map(({ email }) => email)
        await perform(some, () => server.addMembers(id, emails, some[0]?.roles ?? []))
      }
    await inOrder(of('member').filter(action => !isNewMember(action)))
  }
  const machines = async () => {
    const ids = await ready.identities
    const each = [...grouped(of('machine', 'privilege'), 'identity')]
    await allEnded(each.map(([name, some]) => inOrder(some, ids.get(name))))
  }
  const folders = [...grouped(of('folder'), 'environment').values()].map(some => inOrder(some))
  await allEnded([...folders, members(), machines()])
  await inOrder(actions.filter(({ change }) => change === 'remove'))
}

const isNewMember = (action: Action): action is NewMember =>
  action.kind === 'member' && action.change === 'create'

/** Actions by what they are about. */
function grouped(actions: readonly Action[], field: 'environment' | 'identity'): Map<string, Action[]> {
  return Map.groupBy(actions, action => (field in action ? String(action[field as keyof Action]) : ''))
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size))
}
