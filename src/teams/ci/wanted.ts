import { isDeepStrictEqual } from 'node:util'
import type { Login } from '../../kernel/ports/index.ts'
import { secondsOf, type TenancyLogin } from '../../kernel/tenancy-file/index.ts'

type GitHub = NonNullable<TenancyLogin['github']>

/** The issuer of GitHub.com's tokens. */
export const gitHubIssuer = 'https://token.actions.githubusercontent.com'

/**
 * What the server is to be told of a login; `ca` is the issuer's CA as PEM, empty for none.
 *
 * Of GitHub's tokens single claims are bound, each with a meaning of its own, and never the subject: that is one text
 * of which a pattern says too much (`repo:openova*` fits `openova-evil`), and it has two forms, of which newer
 * repositories have the one with ids, `repo:openova@1/app@2:…`
 * (https://docs.github.com/actions/reference/security/oidc).
 */
export function wantedLogin({ github, oidc, jwt, ttl }: TenancyLogin, ca: string): Login {
  const lives = { ttl: secondsOf(ttl), maxTtl: secondsOf(ttl) }
  if (github !== undefined) return { ...ofGitHub(github), ...lives, ca }
  const { issuer, audiences, subjects, claims } = (oidc ?? jwt) as NonNullable<typeof jwt>
  // The server takes one subject, but of a claim several texts.
  const [subject = '', ...others] = subjects
  const rules = {
    ...{ issuer, audiences, ...lives },
    ...(others.length === 0 ? { subject, claims } : { subject: '', claims: { ...claims, sub: subjects } }),
  }
  if (jwt !== undefined) return { kind: 'jwt', ...rules, keys: jwt.keys.map(trimmed) }
  return { kind: 'oidc', ...rules, discovery: issuer.replace(/\/$/, ''), ca }
}

function ofGitHub(github: GitHub) {
  const { owner, ownerId, repositories, branches, tags, environments, events } = github
  const { issuer, audience } = placesOf(github)
  const refs = [...branches.map(name => `refs/heads/${name}`), ...tags.map(name => `refs/tags/${name}`)]
  return {
    ...{ kind: 'oidc' as const, issuer, discovery: issuer, audiences: [audience], subject: '' },
    claims: {
      repository_owner: [owner],
      ...(ownerId !== undefined && { repository_owner_id: [ownerId] }),
      repository: repositories.map(name => `${owner}/${name}`),
      event_name: events,
      ...(refs.length > 0 && { ref: refs }),
      ...(environments.length > 0 && { environment: environments }),
    },
  }
}

/** Who signs a GitHub's tokens, and for whom they are unless a job says otherwise. */
export function placesOf({ server, owner, audience }: GitHub): { issuer: string; audience: string } {
  if (server === undefined)
    return { issuer: gitHubIssuer, audience: audience ?? `https://github.com/${owner}` }
  const { origin } = new URL(server)
  return { issuer: `${origin}/_services/token`, audience: audience ?? `${origin}/${owner}` }
}

/** Whether a server's login is the one that is wanted; the order of what is in a list is no difference. */
export function sameLogin(found: Login, wanted: Login): boolean {
  return isDeepStrictEqual(normal(found), normal(wanted))
}

function normal(login: Login): object {
  const { claims, audiences, ...rest } = login
  const sorted = (texts: readonly string[]) => texts.toSorted()
  return {
    ...rest,
    audiences: sorted(audiences),
    claims: Object.fromEntries(Object.entries(claims).map(([name, texts]) => [name, sorted(texts)])),
    ...(login.kind === 'jwt' ? { keys: sorted(login.keys.map(trimmed)) } : { ca: trimmed(login.ca) }),
  }
}

/** PEM as it is compared: however its lines end, and whatever is around it. */
const trimmed = (pem: string) =>
  pem
    .trim()
    .split(/\s*\n\s*/)
    .join('\n')
