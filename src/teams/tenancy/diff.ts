import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import type { ReadyLogins } from '../ci/index.ts'
import type { Action, Removal } from './action.ts'
import { identityActions, machineRemovals } from './diff-identities.ts'
import { loginActions } from './diff-logins.ts'
import { memberRemovals, peopleActions } from './diff-people.ts'
import { projectActions, projectRemovals } from './diff-projects.ts'
import type { Observed } from './observe.ts'
import { wantedRights } from './rights.ts'
import { overLimits, type Unmet } from './unmet.ts'

/** What lies between a file and its server. */
export interface Comparison {
  /** What is missing, or differs. */
  readonly actions: readonly Action[]
  /** What the file's projects have, and the file does not name. */
  readonly extras: readonly Removal[]
  /** What the file wants, and the server cannot be given. */
  readonly unmet: readonly Unmet[]
  /** People who were invited and have not come yet. */
  readonly waiting: readonly string[]
}

/** Compares what a file wants with what its server has; `ready` are the logins of the file's identities, for whoever gives them. */
export function compare(tenancy: Tenancy, observed: Observed, ready: ReadyLogins = new Map()): Comparison {
  const { rights, unmet } = wantedRights(tenancy, observed)
  const everybody = new Set(tenancy.teams?.flatMap(({ people }) => people) ?? [])
  const machines = identityActions(tenancy, observed)
  const logins = loginActions(tenancy, observed, ready)
  const actions = [
    ...tenancy.projects.flatMap(project => projectActions(project, observed.projects.get(project.slug))),
    ...(tenancy.teams === undefined ? [] : peopleActions(rights, everybody, observed)),
    ...machines.actions,
    ...logins.actions,
  ]
  const extras = tenancy.projects.flatMap(project => {
    const found = observed.projects.get(project.slug)
    return found === undefined
      ? []
      : [
          ...projectRemovals(project, found),
          ...memberRemovals(project.slug, rights, observed),
          ...machineRemovals(tenancy, project, found, observed.identities),
        ]
  })
  const waiting = observed.people.filter(({ email, isInvited }) => isInvited && everybody.has(email))
  return {
    ...{ actions, extras },
    unmet: [...unmet, ...machines.unmet, ...logins.unmet, ...overLimits(tenancy, actions, observed)],
    waiting: waiting.map(({ email }) => email).sort(),
  }
}
