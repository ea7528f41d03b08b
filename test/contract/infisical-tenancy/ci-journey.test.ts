/**
 * CI without long-lived credentials, on the stand-in: a private GitHub of ours signs real tokens, the server asks it over
 * TLS, and who gets in is who `ci try` says.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo, LookupFunction } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createInfisical } from '../../../src/adapters/infisical/index.ts'
import { createIssuers } from '../../../src/adapters/issuers/index.ts'
import { kinds, Secret } from '../../../src/kernel/ports/index.ts'
import { environmentSecret } from '../../../src/kernel/server-variables/index.ts'
import { parseYaml } from '../../../src/kernel/yaml/index.ts'
import { identityWith, offlineLogin, samplesOf } from '../../../src/teams/ci/index.ts'
import { tryLogin } from '../../../src/teams/verbs/ci-try.ts'
import { writeWorkflow } from '../../../src/teams/verbs/ci-workflow.ts'
import { applyTenancy } from '../../../src/teams/verbs/tenancy-apply/index.ts'
import { memoryTenancy } from '../../support/memory-tenancy.ts'
import { type OidcIssuer, startOidcIssuer } from '../../support/oidc-issuer.ts'
import { recordedTalk } from '../../support/recorded-talk.ts'
import { tenancyOf } from '../../unit/teams/tenancy/tenancies.ts'
import { type TeamsSite, teamsSite } from '../../unit/teams/verbs/teams-site.ts'
import { systemClock, systemRandom } from '../infisical-client/system.ts'
import { adminPassword, startServers, type TenancyServers } from './servers.ts'

const run = promisify(execFile)
const name = 'ghe.bank.example'
const place = { name: 'infisical', namespace: 'infisical' }
/** What pods and this machine find under the issuer's name. */
const lookup: LookupFunction = (_, options, done) =>
  options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)

let servers: TenancyServers
let site: TeamsSite
let issuer: OidcIssuer
beforeAll(async () => {
  issuer = await startOidcIssuer({ hosts: [name], path: '/_services/token' })
  const more = { ALLOW_INTERNAL_IP_CONNECTIONS: 'true', STAND_IN_HOSTS: `${name}=127.0.0.1` }
  servers = await startServers({ environment: more })
  const login = { email: 'admin@site.local', password: adminPassword }
  site = await teamsSite(memoryTenancy(), { ...login, organizationId: servers.session.organizationId })
  const { hostname, port } = new URL(servers.watched.url)
  const { cluster } = site
  cluster.behaviour.services['infisical/infisical:8080'] = { host: hostname, port: Number(port) }
  for (const namespace of ['sealift-system', 'infisical'])
    await cluster.apply(environmentSecret(namespace, { wired: { ENCRYPTION_KEY: 'k' }, more: {} }))
  const status = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 }
  cluster.behaviour.react = async (object, self) => {
    if (object.kind === 'Deployment')
      await self.applyAs('controller', { ...kinds.deployment, metadata: place, status } as never)
  }
  await cluster.applyAs('helm', { ...kinds.deployment, metadata: place, spec: { replicas: 1 } } as never)
  await apply()
  await putSecrets()
})
const folder = mkdtempSync(join(tmpdir(), 'sealift-ci-'))
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await servers.stop()
  await issuer.stop()
})

const bounds = { audiences: ['sealift'], claims: { group: ['deploy'] } }
const access = [{ project: 'talent-mesh', environments: ['prod'], read: ['/ci/**'] }]
const tenancy = () => {
  const server = issuer.url.replace('/_services/token', '')
  const github = { owner: 'openova', repositories: ['app', 'svc-*'], branches: ['main', 'release/*'] }
  const keys = [issuer.publicKey]
  const logins = {
    'ci-github': { github: { ...github, server, ca: issuer.ca } },
    'ci-oidc': { oidc: { issuer: issuer.url, ca: issuer.ca, ...bounds, subjects: ['deploy-*'] } },
    'ci-jwt': { jwt: { issuer: issuer.url, keys, ...bounds } },
    'ci-other': { jwt: { issuer: 'https://gitlab.bank', keys, ...bounds } },
  }
  const identities = Object.entries(logins).map(([name, login]) => ({ name, access, login }))
  const projects = [{ slug: 'talent-mesh', environments: ['dev', 'prod'], folders: ['/ci/deploy', '/db'] }]
  return tenancyOf({ projects, identities })
}
const host = () => ({
  ...{ cluster: site.cluster, files: site.host.files, clock: systemClock, random: systemRandom },
  issuers: createIssuers(lookup),
  operator: 'ann@node1, process 1',
  infisical: (baseUrl: string) => createInfisical({ baseUrl, clock: systemClock }),
})
const apply = () =>
  applyTenancy(
    { site: 'bank', tenancy: tenancy(), invitations: 'invitations', prune: [] },
    host(),
    recordedTalk(),
    async () => {},
  )
// biome-ignore lint/suspicious/noTemplateCurlyInString: what looks like a reference is to arrive as it is
const twoLines = "two\nlines with 'quotes' and $dollars ${and} braces"
async function putSecrets() {
  const { id = '' } = (await servers.session.project('talent-mesh')) ?? {}
  const put = (path: string, name: string, value: string) =>
    servers.session.putSecret({ projectId: id, environment: 'prod', path }, name, new Secret(value))
  await put('/ci', 'API_KEY', 'key-1')
  await put('/ci/deploy', 'LINES', twoLines)
  await put('/ci', 'not-a-variable', 'x')
  await put('/db', 'FORBIDDEN', 'no')
}

/** Claims that are made up for an identity. */
function samples(identity: string) {
  const { login } = identityWith(tenancy(), identity)
  return samplesOf(login, offlineLogin(login))
}

const idOf = async (wanted: string) =>
  (await servers.session.tenancy.identities()).find(identity => identity.name === wanted)?.id ?? ''
/** Logs in as the action does: a form. */
async function login(kind: 'oidc' | 'jwt', identityId: string, jwt: string) {
  const body = new URLSearchParams({ identityId, jwt })
  const answer = await fetch(`${servers.watched.url}/api/v1/auth/${kind}-auth/login`, {
    method: 'POST',
    body,
  })
  return { status: answer.status, ...((await answer.json()) as { accessToken?: string; message?: string }) }
}

test('a second apply changes nothing, and all logins are there', async () => {
  const applied = await apply()
  expect([applied.changed, applied.unmet]).toEqual([[], []])
})

describe('who gets in is who ci try says, by the rules that the server has', () => {
  test.each([
    ['ci-github', 'oidc'],
    ['ci-oidc', 'oidc'],
    ['ci-jwt', 'jwt'],
  ] as const)('as %s', async (identity, kind) => {
    const request = { tenancy: tenancy(), identity, given: [], samples: true }
    const { cases } = await tryLogin(request, { site: 'bank', host: host(), talk: recordedTalk() })
    const id = await idOf(identity)
    const found: Record<string, boolean> = {}
    for (const { name, claims } of samples(identity)) {
      const { status, message } = await login(kind, id, issuer.token({ iss: undefined, ...claims }))
      expect([200, 401, 403], `${name}: ${message}`).toContain(status)
      found[name] = status === 200
    }
    expect(found).toEqual(Object.fromEntries(cases.map(({ name, admitted }) => [name, admitted])))
    expect(new Set(Object.values(found))).toEqual(new Set([true, false]))
  })
})

test('the issuer is asked at every login, and a token that it did not sign lets nobody in', async () => {
  const id = await idOf('ci-oidc')
  const claims = { aud: 'sealift', sub: 'deploy-1', group: 'deploy' }
  const before = issuer.asked.length
  expect((await login('oidc', id, issuer.token(claims))).status).toBe(200)
  expect(issuer.asked.length - before).toBe(2)
  const other = await startOidcIssuer()
  const forged = other.token({ ...claims, iss: issuer.url })
  await other.stop()
  expect((await login('oidc', id, forged)).status).toBe(401)
  issuer.fail(503)
  expect((await login('oidc', id, issuer.token(claims))).status).toBe(401)
  issuer.fail(undefined)
})

/** Writes how CI logs in. */
const written = async (identity: string) => {
  const request = { site: 'bank', domain: servers.watched.url, tenancy: tenancy(), identity }
  return await writeWorkflow({ ...request, action: 'a/b@v1' }, host(), recordedTalk())
}
interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { run?: string; with?: object }[] }>>
}

test('what the action is given fetches what the identity may read, and nothing else', async () => {
  const { jobs } = parseYaml((await written('ci-github')).text ?? '') as Workflow
  const given = jobs['prod']?.steps[0]?.with as Readonly<Record<string, string>>
  const jwt = issuer.token(samples('ci-github')[0]?.claims ?? {})
  const { accessToken = '' } = await login('oidc', given['identity-id'] ?? '', jwt)
  const read = async (secretPath: string) => {
    const { 'project-slug': workspaceSlug = '', 'env-slug': environment = '' } = given
    const query = new URLSearchParams({
      workspaceSlug,
      environment,
      secretPath,
      recursive: 'true',
      include_imports: 'true',
    })
    const headers = { authorization: `Bearer ${accessToken}` }
    const answer = await fetch(`${given['domain']}/api/v3/secrets/raw?${query}`, { headers })
    const { secrets = [] } = (await answer.json()) as { secrets?: { secretKey: string }[] }
    return [answer.status, secrets.map(({ secretKey }) => secretKey).sort()]
  }
  expect(await read(given['secret-path'] ?? '')).toEqual([200, ['API_KEY', 'LINES', 'not-a-variable']])
  expect((await read('/db'))[1]).toEqual([])
})

describe('without the action', () => {
  const token = (more: object = {}) => issuer.token({ aud: 'sealift', group: 'deploy', ...more })

  test('a job of GitHub asks for its token, masks what it fetches, and has it as variables', async () => {
    const [variables, script] = [join(folder, 'env'), join(folder, 'step.sh')]
    writeFileSync(variables, '')
    const { jobs } = parseYaml((await written('ci-jwt')).text ?? '') as Workflow
    writeFileSync(script, jobs['prod']?.steps[0]?.run ?? '')
    let asked = ''
    const gitHub = createServer((request, response) => {
      asked = `${request.headers.authorization} ${request.url}`
      response.end(JSON.stringify({ value: token() }))
    })
    await new Promise<void>(done => gitHub.listen(0, '127.0.0.1', done))
    const { port } = gitHub.address() as AddressInfo
    const env = {
      PATH: process.env['PATH'],
      GITHUB_ENV: variables,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token?api-version=2`,
    }
    const { stdout, stderr } = await run('bash', [script], { env })
    await new Promise(done => gitHub.close(done))
    expect(asked).toBe('Bearer request-token /token?api-version=2&audience=sealift')
    expect(readFileSync(variables, 'utf8').replace(/[0-9a-f]{32}/g, 'END')).toBe(
      `API_KEY<<END\nkey-1\nEND\nLINES<<END\n${twoLines}\nEND\n`,
    )
    const masks = ['key-1', ...twoLines.split('\n')].map(text => `::add-mask::${text}`)
    expect([stdout.trim().split('\n'), stderr]).toEqual([masks, ''])
  })

  const shell = async (environment: string, jwt: string) => {
    const script = join(folder, 'fetch.sh')
    writeFileSync(script, (await written('ci-other')).text ?? '')
    const line = `out=$(ENVIRONMENT=${environment} sh ${script}) && eval "$out" && printf '%s|' "$API_KEY" "$LINES"`
    return await run('sh', ['-c', line], { env: { PATH: process.env['PATH'], CI_TOKEN: jwt } }).then(
      ({ stdout }) => stdout,
      (error: { stderr: string }) => new Error(error.stderr),
    )
  }

  test('another CI has what it fetches as variables of its shell', async () => {
    expect(await shell('prod', token({ iss: 'https://gitlab.bank' }))).toBe(`key-1|${twoLines}|`)
  })

  test('it ends with an error where the token is not let in, or nothing is read there', async () => {
    expect(await shell('prod', token({ iss: 'https://gitlab.bank', group: 'other' }))).toBeInstanceOf(Error)
    expect(String(await shell('dev', token({ iss: 'https://gitlab.bank' })))).toContain(
      'reads nothing of dev',
    )
  })
})
