import type { Login } from '../../kernel/ports/index.ts'
import type { Tenancy } from '../../kernel/tenancy-file/index.ts'
import { type ReadyLogins, sameLogin } from '../ci/index.ts'
import type { Action, LoginAction } from './action.ts'
import type { Observed } from './observe.ts'
import type { Unmet } from './unmet.ts'

/** What is to be done for the logins of a file's identities; an identity for which it names none is left alone. */
export function loginActions(
  { identities = [] }: Tenancy,
  observed: Observed,
  logins: ReadyLogins,
): { actions: Action[]; unmet: Unmet[] } {
  const [actions, unmet]: [Action[], Unmet[]] = [[], []]
  for (const { name } of identities) {
    const ready = logins.get(name)
    const known = observed.identities.filter(identity => identity.name === name)
    // Of several nobody knows which is meant: that is told already.
    if (ready === undefined || known.length > 1) continue
    const found = observed.logins.get(known[0]?.id ?? '') ?? []
    const action = ready.login && loginAction(name, ready.login, found)
    const goes = action === undefined || action.how === 'keep'
    if (ready.why !== undefined && (ready.login === undefined || !goes))
      unmet.push({ name: `login of identity ${name}`, why: ready.why })
    else if (action !== undefined) actions.push(action)
  }
  return { actions, unmet }
}

function loginAction(identity: string, login: Login, found: readonly Login[]): LoginAction | undefined {
  const there = found.find(({ kind }) => kind === login.kind)
  const other = found.find(({ kind }) => kind !== login.kind)
  const same = there !== undefined && sameLogin(there, login)
  if (same && other === undefined) return undefined
  return {
    ...{ kind: 'login', identity, login },
    change: there === undefined && other === undefined ? 'create' : 'change',
    how: same ? 'keep' : there === undefined ? 'attach' : 'change',
    ...(there !== undefined && !same && { from: there }),
    ...(other !== undefined && { drops: other.kind }),
  }
}
