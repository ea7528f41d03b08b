import type { Login } from '../../kernel/ports/index.ts'
import type { TenancyLogin } from '../../kernel/tenancy-file/index.ts'
import type { Claims } from './admission.ts'

/** Claims as a token would have them, and those of them that were not given: `event_name push`. */
export interface Completed {
  readonly claims: Claims
  readonly assumed: readonly string[]
}

// https://docs.github.com/actions/reference/security/oidc: names may have ids behind them.
const subject =
  /^repo:(?<owner>[^/:@]+)(@\d+)?\/(?<name>[^/:@]+)(@\d+)?:((?<pull>pull_request)$|ref:(?<ref>.+)|environment:(?<environment>.+))/

/**
 * Fills in what somebody leaves out who makes claims up, as far as it follows: issuer and audience are taken for those
 * of the login; of a job of GitHub, repository, ref and environment are in its subject, the owner is in the name of its
 * repository, and what is no pull request (by its ref, head_ref or base_ref) is taken for a push. Claims that were given stay as they are.
 */
export function completed({ github }: TenancyLogin, login: Login, given: Claims): Completed {
  const follow: Record<string, string | undefined> = { iss: login.issuer, aud: example(login.audiences[0]) }
  if (github !== undefined) {
    const parts = subject.exec(text(given['sub']) ?? '')?.groups ?? {}
    const repository = parts['owner'] && `${parts['owner']}/${parts['name']}`
    const full = text(given['repository']) ?? repository
    const owner = text(given['repository_owner']) ?? full?.split('/')[0]
    const ref = text(given['ref']) ?? parts['ref'] ?? (parts['pull'] && 'refs/pull/1/merge')
    // A job of a pull request alone has a branch that it is from; where it runs on the base's, it has its rights.
    const isPull = [given['head_ref'], given['base_ref']].some(name => text(name) !== undefined)
    const onBase = isPull ? 'pull_request_target' : 'push'
    const event = ref?.startsWith('refs/pull/') ? 'pull_request' : onBase
    Object.assign(follow, {
      repository: full,
      repository_owner: owner,
      ref,
      environment: parts['environment'],
      event_name: ref === undefined ? undefined : event,
      repository_owner_id: owner === github.owner ? github.ownerId : undefined,
    })
  }
  const more = Object.entries(follow).filter(
    ([name, value]) => !(name in given) && value !== undefined && value !== '',
  )
  return {
    claims: { ...Object.fromEntries(more), ...given },
    assumed: more.map(([name, value]) => `${name} ${value}`),
  }
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
const example = (pattern?: string) => pattern?.replace(/\*+/g, 'x')
