/** What the README has teams do first, typed as it stands there: a secret from the web UI to a pod, and CI. */
import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { beforeAll, expect, test } from 'vitest'
import { parseYaml, printYaml } from '../../src/kernel/yaml/index.ts'
import type { StoresApplied } from '../../src/teams/verbs/stores-apply/index.ts'
import { type ReadmeSection, readmeSection } from '../support/readme.ts'
import type { Journey } from './journey.ts'
import { random, Typist } from './typist.ts'

/** Declares the tests; the site of `journey` has teams' one store before them, and one of an environment after them. */
export function handed(journey: () => Journey): void {
  let readme: Record<'handed' | 'first' | 'ci', ReadmeSection>
  const typist = () => new Typist(journey())

  beforeAll(async () => {
    const [handed, first, ci] = await Promise.all([
      readmeSection('Hand it to the teams'),
      readmeSection('My first secret, from the web UI to my pod'),
      readmeSection('CI without long-lived credentials'),
    ])
    readme = { handed, first, ci }
  })

  test('a first secret arrives, as the README has it, and the other layout goes', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { login } = parseYaml(readme.ci.yaml.at(-1) ?? '') as { login: { jwt: object } }
    const keys = [publicKey.export({ type: 'spki', format: 'pem' })]
    const tenancy = {
      ...{ apiVersion: 'sealift.dev/v1', kind: 'Tenancy', organization: 'openova' },
      projects: [{ slug: 'talent-mesh', environments: ['prod'], folders: ['/ci'] }],
      identities: [
        {
          ...{ name: 'ci-talent-mesh', access: [{ project: 'talent-mesh', read: ['/ci/**'] }] },
          login: { jwt: { ...login.jwt, keys } },
        },
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
