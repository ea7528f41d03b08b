import { printable } from '../../kernel/errors/index.ts'
import type { Login } from '../../kernel/ports/index.ts'
import type { Tenancy, TenancyIdentity, TenancyLogin } from '../../kernel/tenancy-file/index.ts'
import { printYaml } from '../../kernel/yaml/index.ts'
import { fetchScript, gitHubScript } from './script.ts'
import { type Fetched, fetchedBy } from './steps.ts'
import { gitHubIssuer } from './wanted.ts'

/** What a workflow is written from. */
export interface WorkflowRequest {
  readonly tenancy: Tenancy
  readonly identity: TenancyIdentity
  /** How it logs in, as the file and as the server has it. */
  readonly given: TenancyLogin
  readonly login: Login
  readonly identityId: string
  /** Where jobs reach Infisical, without a path. */
  readonly domain: string
  /** `OWNER/REPOSITORY@REF` of the action; its inputs: https://github.com/Infisical/secrets-action, action.yaml. */
  readonly action: string
}

/** What was written: a workflow of GitHub Actions, or a script for another CI. Neither has a secret in it. */
export interface Written {
  readonly form: 'workflow' | 'script'
  readonly text: string
}

/**
 * How a job fetches what an identity may read: a workflow of GitHub where GitHub signs its tokens, else a script for a
 * shell. The same input gives the same text.
 */
export function workflowFor(given: WorkflowRequest): Written {
  // As addresses are sent: what GitHub would take for an expression is escaped.
  const request = { ...given, domain: new URL(given.domain).href.replace(/\/+$/, '') }
  const { identity, tenancy, login } = request
  const fetched = fetchedBy(identity, tenancy)
  if (!isGitHub(login.issuer))
    return { form: 'script', text: fetchScript(request, [...fetched.values()].flat()) }
  const head = [
    `# Written by sealift ci workflow for the identity ${printable(identity.name)}. No secret is in it: each job logs in with a`,
    '# token that GitHub signs for it, and what it fetches is in its variables and masked in its log.',
    '# The runner has to reach the address of Infisical, and to trust its certificate (NODE_EXTRA_CA_CERTS).',
  ]
  const jobs = Object.fromEntries(
    [...fetched].map(([environment, some]) => [jobName(environment), jobOf(request, some)]),
  )
  const workflow = {
    name: identity.name,
    on: triggers(request.given),
    permissions: { contents: 'read', 'id-token': 'write' },
    jobs,
  }
  return { form: 'workflow', text: `${head.join('\n')}\n${printYaml(workflow)}` }
}

/** Whether GitHub signs these tokens: GitHub.com, one of GHE.com, or an Enterprise Server. */
function isGitHub(issuer: string): boolean {
  return (
    issuer === gitHubIssuer ||
    issuer.startsWith(`${gitHubIssuer}/`) ||
    /^https:\/\/token\.actions\.[a-z0-9-]+\.ghe\.com$/.test(issuer) ||
    issuer.endsWith('/_services/token')
  )
}

// A job's name begins with a letter or _.
const jobName = (environment: string) => (/^[a-z_]/.test(environment) ? environment : `_${environment}`)

/** When it runs: on what the login lets in, as far as that can be said; a schedule is for whoever knows it. */
function triggers({ github }: TenancyLogin): object {
  const { branches, tags, events } = github ?? { branches: ['main'], tags: [], events: ['push'] }
  // A * of GitHub's filters does not span slashes, as the server's does.
  const filter = (patterns: readonly string[]) => patterns.map(pattern => pattern.replace(/\*+/g, '**'))
  const push = {
    ...(branches.length > 0 && { branches: filter(branches) }),
    ...(tags.length > 0 && { tags: filter(tags) }),
  }
  const on = {
    ...(events.includes('push') && { push }),
    ...(events.includes('workflow_dispatch') && { workflow_dispatch: {} }),
    ...(events.includes('release') && { release: { types: ['published'] } }),
  }
  return Object.keys(on).length > 0 ? on : { workflow_dispatch: {} }
}

function jobOf(request: WorkflowRequest, fetched: readonly Fetched[]): object {
  const { given, login, action, identityId, domain } = request
  const [environment, ...others] = given.github?.environments ?? []
  const audience = login.audiences.find(text => !text.includes('*'))
  const withAction = fetched.map(({ project, environment, path, recursive }) => ({
    name: `Fetch ${path}${recursive ? ' and below' : ''} of ${project}, ${environment}`,
    uses: action,
    with: {
      method: 'oidc',
      'identity-id': identityId,
      domain,
      ...(audience !== undefined && { 'oidc-audience': audience }),
      'project-slug': project,
      'env-slug': environment,
      'secret-path': path,
      ...(recursive && { recursive: true }),
    },
  }))
  const byScript = { name: 'Fetch secrets', shell: 'bash', run: gitHubScript(request, audience, fetched) }
  return {
    'runs-on': 'self-hosted',
    ...(environment !== undefined && others.length === 0 && !environment.includes('*') && { environment }),
    steps: [
      ...(login.kind === 'oidc' ? withAction : [byScript]),
      { name: 'Use them', run: 'echo "put your own steps here: what was fetched is in the environment"' },
    ],
  }
}
