/** What the README has teams do first, typed as it stands there: a secret from the web UI to a pod, and CI. */
import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseYaml, printYaml } from '../../src/kernel/yaml/index.ts'
import type { CiWorkflow } from '../../src/teams/verbs/ci-workflow.ts'
import type { StoresApplied } from '../../src/teams/verbs/stores-apply/index.ts'
import type { TestCluster } from '../support/cluster/index.ts'
import { type ReadmeSection, readmeSection } from '../support/readme.ts'
import type { Journey } from './journey.ts'
import { random, Typist } from './typist.ts'

/** Declares the tests; the site of `journey` has teams' one store before them, and one of an environment after them. */
export function handed(journey: () => Journey): void {
  let readme: Record<'handed' | 'first' | 'ci', ReadmeSection>
  const typist = () => new Typist(journey())
  let issuer: PrivateIssuer

  beforeAll(async () => {
    const [handed, first, ci] = await Promise.all([
      readmeSection('Hand it to the teams'),
      readmeSection('My first secret, from the web UI to my pod'),
      readmeSection('CI without long-lived credentials'),
    ])
    readme = { handed, first, ci }
    issuer = await startIssuer(journey().site.cluster)
  })
  afterAll(() => issuer?.stop())

  test('a first secret arrives, as the README has it, and the other layout goes', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { login } = parseYaml(readme.ci.yaml.at(-1) ?? '') as { login: { jwt: object } }
    const { identities } = parseYaml(readme.ci.yaml[0] ?? '') as { identities: [GithubIdentity] }
    const [{ access, login: byGithub }] = identities
    await writeFile(typist().file('ca.crt'), issuer.ca)
    await journey().kubectl(
      '-n infisical create secret generic ghe-ca',
      `--from-file=${typist().file('ca.crt')}`,
    )
    const keys = [publicKey.export({ type: 'spki', format: 'pem' })]
    const tenancy = {
      ...{ apiVersion: 'sealift.dev/v1', kind: 'Tenancy', organization: 'openova' },
      projects: [{ slug: 'talent-mesh', environments: ['prod'], folders: ['/ci'] }],
      identities: [
        {
          ...{ name: 'ci-talent-mesh', access: [{ project: 'talent-mesh', read: ['/ci/**'] }] },
          login: { jwt: { ...login.jwt, keys } },
        },
        { name: 'ci-github', access, login: { github: { ...byGithub.github, server: issuer.server } } },
      ],
      rotation: { policy: { maxAge: '90d' } },
    }
    const [stores = '', externalSecret = ''] = readme.first.yaml
    await writeFile(typist().file('tenancy.yaml'), printYaml(tenancy) + stores)
    await journey().kubectl('create namespace talent-mesh')
    const [plan, make, drift] = readme.handed.commands
    const ran = [await typist().run(plan), await typist().run(make), await typist().run(drift)]
    expect(ran.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0])
    const [before, now] = readme.first.commands
    expect((await typist().run(before, '--drift')).exitCode).toBe(71)
    const applied = await typist().json<StoresApplied>(
      now,
      '--prune',
      'platform-view',
      '--confirm',
      'platform-view',
    )
    expect([applied.exitCode, applied.unmet, applied.unready]).toEqual([0, [], []])
    const there = await journey().kubectl('get clustersecretstores -o name')
    expect(there.split('\n').map(name => name.replace(/.*\//, ''))).toEqual([
      'sealift-probe',
      'talent-mesh.prod',
    ])
    expect((await typist().run(before, '--drift')).exitCode).toBe(0)
    const value = random()
    await typist().put(value)
    await typist().apply(externalSecret)
    await typist().until(async () => (await typist().secret()) === value)
    await typist().seesChange()
  })

  test('who would get in by CI is said, and its workflow has no secret', async () => {
    const [tried, , asked, , workflow = []] = readme.ci.commands
    for (const command of [tried, asked]) {
      const { exitCode, stdout } = await typist().run(command)
      expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^yes +as the file says/m)])
      expect(stdout).toMatch(/^no +another repository_owner/m)
    }
    await journey().site.variant('with-url', { url: 'https://infisical.bank.example' })
    const words = workflow.map(word => (word === 'site.yaml' ? 'with-url.yaml' : word))
    expect(await typist().run(words)).toMatchObject({ exitCode: 0 })
    const text = await readFile(typist().file('.github/workflows/secrets.yaml'), 'utf8')
    expect(text).toMatch(/identityId: "[-0-9a-f]{36}"/)
    expect(text).toContain('https://infisical.bank.example/api/v1/auth/jwt-auth/login')
  })

  test('a job gets in by a token of an issuer with a private CA, a pull request from a fork does not', async () => {
    const words = [
      'ci',
      'workflow',
      '-c',
      'with-url.yaml',
      '-f',
      'tenancy.yaml',
      'ci-github',
      '-o',
      'github.yaml',
    ]
    const { exitCode, identityId } = await typist().json<CiWorkflow>(words)
    expect(exitCode).toBe(0)
    const service = '-n infisical get service infisical -o jsonpath={.spec.clusterIP}'
    const url = `http://${await journey().kubectl(service)}:8080/api/v1/auth/oidc-auth/login`
    const login = async (jwt: string) => {
      const form = ['-d', `identityId=${identityId}`, '--data-urlencode', `jwt=${jwt}`]
      const asked = ['-s', '-o', '/dev/null', '-w', '%{http_code}', ...form, url]
      return (await journey().site.cluster.exec('curl', asked)).stdout
    }
    expect([await login(issuer.main), await login(issuer.fork)]).toEqual([
      '200',
      expect.stringMatching(/40[13]/),
    ])
  })

  test('credentials that were spoilt, and have locked their identity out, are made anew', async () => {
    const patch = typist().file('spoilt.json')
    await writeFile(patch, JSON.stringify({ stringData: { clientSecret: random() } }))
    const secret = 'infisical-universal-auth.talent-mesh.prod'
    await journey().kubectl(`-n external-secrets patch secret ${secret} --patch-file`, patch)
    await typist().until(async () => {
      await typist().sync()
      const said = await journey().kubectl('get events -A -o jsonpath={.items[*].message}')
      return said.includes('temporarily locked')
    })
    expect((await typist().run(readme.first.commands[1])).exitCode).toBe(0)
    await typist().seesChange()
  })
}

/** What an identity of the README says about GitHub. */
interface GithubIdentity {
  readonly access: object
  readonly login: { readonly github: object }
}

/** An issuer beside the node, where pods can reach it. */
interface PrivateIssuer {
  readonly server: string
  /** Its CA, PEM. */
  readonly ca: string
  /** Tokens of a job on the main branch, and of a pull request from a fork. */
  readonly main: string
  readonly fork: string
  stop(): Promise<unknown>
}

async function startIssuer(cluster: TestCluster): Promise<PrivateIssuer> {
  const program = join(import.meta.dirname, 'issuer.ts')
  const issuing = cluster.exec(process.execPath, [program, cluster.nodeIp])
  for await (const line of createInterface({ input: issuing.stdout })) {
    const stop = () => {
      issuing.stdin.end()
      return issuing
    }
    return { ...(JSON.parse(line) as Omit<PrivateIssuer, 'stop'>), stop }
  }
  throw new Error('the issuer did not start')
}
