import type { Login } from '../../kernel/ports/index.ts'
import type { TenancyLogin } from '../../kernel/tenancy-file/index.ts'
import type { Claims } from './admission.ts'
import { placesOf } from './wanted.ts'

/** Made-up claims, and whose they would be. */
export interface Sample {
  readonly name: string
  readonly claims: Claims
}

/**
 * Claims to try a login with: what it is made for, and what is near it. Of GitHub's jobs they are as GitHub writes them
 * (https://docs.github.com/actions/reference/security/oidc); of other issuers each bound is changed in turn.
 */
export function samplesOf(given: TenancyLogin, login: Login): Sample[] {
  return given.github === undefined ? changedInTurn(login) : gitHubJobs(given.github)
}

/** Some text that a pattern fits. */
const example = (pattern: string) => pattern.replace(/\*+/g, 'x')

function gitHubJobs(github: NonNullable<TenancyLogin['github']>): Sample[] {
  const { owner, ownerId = '1001', repositories, branches, tags, environments, events } = github
  const { issuer: iss, audience: aud } = placesOf(github)
  const repository = example(repositories[0] ?? '')
  const ref =
    branches[0] === undefined
      ? `refs/${tags[0] === undefined ? 'heads/main' : `tags/${example(tags[0])}`}`
      : `refs/heads/${example(branches[0])}`
  const environment = environments[0] === undefined ? {} : { environment: example(environments[0]) }
  const [event = ''] = events
  const job = (changes: Claims = {}): Claims => {
    const plain = { repository_owner: owner, name: repository, ref, event_name: event, ...environment }
    const { name, ...rest } = { ...plain, ...changes } as Record<string, string> & { name: string }
    const full = `${rest['repository_owner']}/${name}`
    const of = rest['event_name'] === 'pull_request' ? 'pull_request' : `ref:${rest['ref']}`
    const sub = `repo:${full}:${rest['environment'] === undefined ? of : `environment:${rest['environment']}`}`
    const ids = { repository_owner_id: ownerId, repository_id: '2002' }
    const workflow = `${full}/.github/workflows/deploy.yml@${rest['ref']}`
    return { iss, aud, sub, ...ids, repository: full, job_workflow_ref: workflow, ...rest }
  }
  const stranger = { repository_owner: 'somebody', repository_owner_id: '9009' }
  const pull = { ref: 'refs/pull/7/merge', event_name: 'pull_request', head_ref: 'mend', base_ref: 'main' }
  const [bare, bareOwner] = [job(), `repo:${owner}/${repository}:`]
  const withIds = `repo:${owner}@${ownerId}/${repository}@2002:`
  return [
    { name: `${repository}, ${ref}, by ${event}`, claims: bare },
    {
      name: 'the same, with a subject of ids',
      claims: { ...bare, sub: String(bare['sub']).replace(bareOwner, withIds) },
    },
    { name: 'pull request from a fork', claims: job({ ...pull, actor: 'somebody' }) },
    { name: 'pull request of a branch of its own', claims: job(pull) },
    {
      name: 'pull_request_target, started by a fork',
      claims: job({ event_name: 'pull_request_target', actor: 'somebody' }),
    },
    { name: 'workflow_run, after one of a fork', claims: job({ event_name: 'workflow_run' }) },
    { name: 'another branch', claims: job({ ref: 'refs/heads/zz-another' }) },
    { name: 'a branch of a longer name', claims: job({ ref: `${ref}-evil` }) },
    { name: 'a tag', claims: job({ ref: 'refs/tags/zz-1.0.0' }) },
    { name: 'environment production', claims: job({ environment: 'production' }) },
    { name: 'another repository of the owner', claims: job({ name: 'zz-another' }) },
    { name: 'a repository of a longer name', claims: job({ name: `${repository}-evil` }) },
    { name: 'another owner', claims: job(stranger) },
    { name: `owner ${owner}-evil`, claims: job({ ...stranger, repository_owner: `${owner}-evil` }) },
    { name: `a new owner of the name ${owner}`, claims: job({ repository_owner_id: '9009' }) },
    {
      name: 'a workflow of somebody else, called by its own',
      claims: job({ job_workflow_ref: 'somebody/ci/.github/workflows/any.yml@refs/heads/main' }),
    },
    { name: 'another audience', claims: { ...bare, aud: 'https://example.com' } },
  ]
}

function changedInTurn({ issuer, audiences, subject, claims }: Login): Sample[] {
  const bounds: Readonly<Record<string, string>> = {
    iss: issuer,
    aud: example(audiences[0] ?? ''),
    sub: example(subject || 'somebody'),
    ...Object.fromEntries(Object.entries(claims).map(([name, texts]) => [name, example(texts[0] ?? '')])),
  }
  const whole = nested(bounds)
  const bound = Object.keys(bounds).filter(name => name !== 'sub' || subject !== '' || 'sub' in claims)
  return [
    { name: 'as the file says', claims: whole },
    ...bound.flatMap(name => [
      { name: `another ${name}`, claims: nested({ ...bounds, [name]: 'zz-another' }) },
      { name: `${name} with more behind`, claims: nested({ ...bounds, [name]: `${bounds[name]}-evil` }) },
      { name: `${name} with more before`, claims: nested({ ...bounds, [name]: `evil-${bounds[name]}` }) },
      { name: `no ${name}`, claims: nested(without(bounds, name)) },
    ]),
  ]
}

const without = (bounds: Readonly<Record<string, string>>, name: string) =>
  Object.fromEntries(Object.entries(bounds).filter(([key]) => key !== name))

/** Claims of which `a.b` is the field `b` of `a`. */
function nested(flat: Readonly<Record<string, string>>): Claims {
  const all: Claims = {}
  return Object.entries(flat).reduce((claims, [path, value]) => inside(claims, path.split('.'), value), all)
}

function inside(claims: Claims, [name = '', ...rest]: readonly string[], value: string): Claims {
  const inner = claims[name]
  const at = typeof inner === 'object' && inner !== null ? (inner as Claims) : {}
  return { ...claims, [name]: rest.length === 0 ? value : inside(at, rest, value) }
}
