import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { ownVariables, parseSite } from '../../../../src/kernel/inputs/index.ts'
import { serverMemory } from '../../../../src/site/wire/index.ts'
import { smallSite } from '../../site/wire/sites.ts'

const withEnv = (env: string) =>
  parseSite(`${smallSite}\ninfisical:\n  env:\n${env}`, 'site.yaml').infisical.env

function faultsOf(env: string): readonly string[] {
  try {
    withEnv(env)
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'SITE_INVALID') return error.faults
    throw error
  }
  throw new Error('it was accepted')
}

describe('variables of Infisical in site.yaml', () => {
  test('are text or Secrets, and none when left out', () => {
    expect(parseSite(smallSite, 'site.yaml').infisical).toEqual({ env: {} })
    const secret = { namespace: 'mail', name: 'smtp', key: 'password' }
    const env = `    SMTP_HOST: mail.bank.local\n    SMTP_PORT: "587"\n    EMPTY: ""\n    SMTP_PASSWORD: { secret: ${JSON.stringify(secret)} }\n`
    expect(withEnv(env)).toEqual({
      ...{ SMTP_HOST: 'mail.bank.local', SMTP_PORT: '587', EMPTY: '', SMTP_PASSWORD: { secret } },
    })
  })

  test.each([
    ['ENCRYPTION_KEY', 'sealift keys makes'],
    ['ROOT_ENCRYPTION_KEY', 'sealift keys makes'],
    ['AUTH_SECRET', 'sealift keys makes'],
    ['DB_CONNECTION_URI', 'database sets it'],
    ['DB_HOST', 'database says that'],
    ['REDIS_URL', 'dragonfly sets it'],
    ['REDIS_SENTINEL_HOSTS', 'dragonfly says that'],
    ['SITE_URL', 'url sets it'],
    ['NODE_OPTIONS', 'memory sets it'],
    ['UV_THREADPOOL_SIZE', 'memory.saving sets it'],
    ['TELEMETRY_ENABLED', 'it is always false'],
    ['PORT', "whose Service leads to the server's port"],
    ['ALLOW_INTERNAL_IP_CONNECTIONS', 'tenancy.yaml does'],
    ['CROSS_PROJECT_SECRET_SHARING_ORG_WHITELIST', 'tenancy.yaml does'],
  ])('%s is refused, as text and as a Secret, with what sets it', (name, by) => {
    for (const value of ['x', '{ secret: { namespace: a, name: b, key: c } }'])
      expect(faultsOf(`    ${name}: ${value}\n`)).toEqual([
        expect.stringMatching(
          new RegExp(`^infisical\\.env\\.${name}: expected no such variable here: .*${by}`),
        ),
      ])
  })

  test.each([
    ['SMTP_PASSWORD', 'word', 'name'],
    ['CLIENT_SECRET_GITHUB_LOGIN', 'word', 'name'],
    ['LICENSE_KEY', 'word', 'name'],
    ['OTEL_TOKEN', 'word', 'name'],
    ['AUDIT_LOGS_DB_CONNECTION_URI', 'postgres://a:word@db/x', 'value'],
    ['HTTPS_PROXY', 'http://:word@proxy:3128', 'value'],
  ])('%s in plain text is refused, and not shown', (name, value, why) => {
    const [fault = '', ...more] = faultsOf(`    ${name}: "${value}"\n`)
    expect(more).toEqual([])
    expect(fault).toMatch(
      new RegExp(`^infisical\\.env\\.${name}: expected a Secret, .*by its ${why} it is one`),
    )
    expect(fault).not.toContain('word@')
  })

  test('names that only look like it, and addresses without a password, are text', () => {
    const env = '    MONKEYS: a\n    TOKENIZER: b\n    HTTPS_PROXY: http://proxy:3128\n    MAIL: a@b.c\n'
    expect(Object.keys(withEnv(env))).toEqual(['MONKEYS', 'TOKENIZER', 'HTTPS_PROXY', 'MAIL'])
  })

  test('every other fault is told at its place, beside those of the names', () => {
    const env =
      '    SMTP_PORT: 587\n    SMTP_SECURE: true\n    "A B": x\n    constructor: x\n    URL: { secret: { namespace: a } }\n    SITE_URL: x\n'
    expect(faultsOf(env)).toEqual([
      expect.stringMatching(
        /^infisical\.env\.SMTP_PORT: expected text \(numbers, true and false in quotes\)/,
      ),
      expect.stringMatching(/^infisical\.env\.SMTP_SECURE: expected text/),
      expect.stringMatching(/^infisical\.env\["A B"\]: expected a name of letters, digits and _/),
      expect.stringMatching(/^infisical\.env\.URL: expected text .*, or a Secret/),
      expect.stringMatching(/^infisical\.env\.SITE_URL: expected no such variable here: url sets it/),
    ])
  })

  test('those by which memory is bounded are known as Sealift’s own', () => {
    const { variables } = serverMemory(2 ** 30, { saving: true })
    expect(Object.keys(variables).filter(name => !ownVariables.has(name))).toEqual([])
  })
})
