import { generateKeyPairSync } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { parseYaml } from '../../../../src/kernel/yaml/index.ts'
import { writeWorkflow } from '../../../../src/teams/verbs/ci-workflow.ts'
import { rejection } from '../../site/wire/memory.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'
import { type Verbs, verbs } from './helpers.ts'

const github = { owner: 'openova', repositories: ['app'], branches: ['main', 'release/*'], tags: ['v*'] }
const keys = [
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString(),
]
const access = [
  { project: 'talent-mesh', read: ['/ci/**', '/ci/deploy', '/db'] },
  { project: 'shared', environments: ['prod'], read: ['/'] },
]
const projects = [
  { slug: 'talent-mesh', environments: ['dev', 'prod'] },
  { slug: 'shared', environments: ['prod'] },
]
const tenancy = (login?: object, some: object[] = access) =>
  tenancyOf({ projects, identities: [{ name: 'ci', access: some, ...(login && { login }) }] })

let site: Verbs
beforeEach(async () => {
  site = await verbs()
  await site.server.createIdentity('ci')
})
const write = (login?: object, more: object = {}) =>
  writeWorkflow(
    {
      ...{ site: 'bank', domain: 'https://secrets.bank', tenancy: tenancy(login), identity: 'ci' },
      ...{ action: 'Infisical/secrets-action@v1.0.18', ...more },
    },
    site.host,
    site.talk,
  )

interface Workflow {
  readonly on: unknown
  readonly permissions: unknown
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Record<string, unknown>[] }>>
}
const read = (text = '') => parseYaml(text) as Workflow

describe('the workflow of a login of GitHub', () => {
  test('logs in by the action, with a job for each environment and a step for each folder', async () => {
    const { form, identityId, text } = await write({ github })
    const { on, permissions, jobs } = read(text)
    expect([form, permissions]).toEqual(['workflow', { contents: 'read', 'id-token': 'write' }])
    expect(on).toEqual({
      push: { branches: ['main', 'release/**'], tags: ['v**'] },
      workflow_dispatch: {},
    })
    expect(Object.keys(jobs)).toEqual(['dev', 'prod'])
    const step = {
      name: 'Fetch /ci and below of talent-mesh, prod',
      uses: 'Infisical/secrets-action@v1.0.18',
      with: {
        method: 'oidc',
        'identity-id': identityId,
        domain: 'https://secrets.bank',
        'oidc-audience': 'https://github.com/openova',
        'project-slug': 'talent-mesh',
        'env-slug': 'prod',
        'secret-path': '/ci',
        recursive: true,
      },
    }
    expect(jobs['prod']?.steps[0]).toEqual(step)
    expect(jobs['prod']?.steps.map(({ name }) => name)).toEqual([
      'Fetch /ci and below of talent-mesh, prod',
      'Fetch /db of talent-mesh, prod',
      'Fetch / of shared, prod',
      'Use them',
    ])
  })

  test('is the same each time, and can be written to a file', async () => {
    const { text } = await write({ github })
    expect((await write({ github })).text).toBe(text)
    const { file, text: none } = await write({ github }, { output: 'secrets.yaml' })
    expect([file, none]).toEqual(['secrets.yaml', undefined])
    expect(await site.host.files.readText('secrets.yaml')).toBe(text)
  })

  test('is in the one environment of GitHub that the login wants', async () => {
    const { text } = await write({ github: { ...github, environments: ['live'] } })
    expect(read(text).jobs['prod']).toMatchObject({ environment: 'live' })
  })

  test('starts by hand where no event of the login can be written', async () => {
    const { text } = await write({ github: { ...github, events: ['schedule'] } })
    expect(read(text).on).toEqual({ workflow_dispatch: {} })
  })

  test('has no line of its own by the name of an identity or the address of a site', async () => {
    const name = 'ci\u2028env: ours\u2029x'
    await site.server.createIdentity(name)
    const named = tenancyOf({ projects, identities: [{ name, access, login: { github } }] })
    const { text = '' } = await write(undefined, { tenancy: named, identity: name })
    expect(text).not.toMatch(/[\u2028\u2029]/)
    expect(read(text)).toMatchObject({ name })
    const open = '${'.concat('{')
    const domain = `https://secrets.bank/${open} github.token }}`
    const { text: other = '' } = await write({ github }, { domain })
    expect(other).not.toContain(open)
    expect(other).toContain('domain: https://secrets.bank/$%7B%7B%20github.token%20%7D%7D\n')
  })

  test('uses another copy of the action', async () => {
    const { text } = await write({ github }, { action: 'bank/secrets-action@abc' })
    expect(text).toContain('uses: bank/secrets-action@abc')
  })
})

describe('a login by static keys, which the action does not know', () => {
  const jwt = {
    keys,
    issuer: 'https://token.actions.githubusercontent.com',
    audiences: ['sealift'],
    subjects: ['repo:a/b:*'],
  }
  test('of GitHub’s tokens is written out, without a token among the arguments', async () => {
    const { form, text } = await write({ jwt })
    const [step] = read(text).jobs['dev']?.steps ?? []
    const run = String(step?.['run'])
    expect([form, text?.includes('secrets-action')]).toEqual(['workflow', false])
    expect(run).toContain("'https://secrets.bank/api/v1/auth/jwt-auth/login'")
    expect(run).toContain('&audience=sealift')
    expect(run).not.toMatch(/--arg|-H "authorization/)
  })

  test('of another CI is a script for a shell', async () => {
    const { form, text } = await write({ jwt: { ...jwt, issuer: 'https://gitlab.bank' } })
    expect(form).toBe('script')
    expect(text).toMatch(/^#!\/bin\/sh\n/)
    expect(text).toContain('jwt-auth/login')
  })

  test('as has an issuer that is asked', async () => {
    const { keys: _, ...rest } = jwt
    const { form, text } = await write({ oidc: { ...rest, issuer: 'https://gitlab.bank' } })
    expect([form, text?.includes('oidc-auth/login')]).toEqual(['script', true])
  })
})

describe('nothing is written', () => {
  const refused = async (work: Promise<unknown>) => {
    const { code, message } = await rejection(work)
    return [code, message]
  }
  test('for an identity that is not in the file, has no login, or may read nothing', async () => {
    expect(await refused(write({ github }, { identity: 'no' }))).toEqual([
      'USAGE',
      'the file has no identity no',
    ])
    expect(await refused(write())).toEqual(['USAGE', 'the file gives identity ci no login'])
    expect(await refused(write(undefined, { tenancy: tenancy({ github }, []) }))).toEqual([
      'USAGE',
      'the file lets identity ci read nothing',
    ])
  })

  test('for one that is not on the server, or there twice', async () => {
    await site.server.createIdentity('ci')
    expect((await refused(write({ github })))[0]).toBe('TENANCY_DRIFT')
    const other = await verbs()
    site = other
    expect(await refused(write({ github }))).toEqual(['TENANCY_DRIFT', 'identity ci is not on the server'])
  })
})
