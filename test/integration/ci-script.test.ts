/** The scripts that `ci workflow` writes, in real shells, with a curl that answers what a test says. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchScript, gitHubScript } from '../../src/teams/ci/script.ts'

const request = {
  ...{ identity: { name: 'ci' }, identityId: '13bdba71-9cea-4560-937f-c8943b81d1c1' },
  domain: 'https://secrets.bank.example',
  login: {
    ...{ kind: 'jwt' as const, issuer: 'https://ci.bank', subject: '', audiences: ['sealift'], claims: {} },
    ...{ ttl: 900, maxTtl: 900, keys: [] },
  },
}
const fetched = [{ project: 'talent-mesh', environment: 'prod', path: '/ci', recursive: false }]
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealift-script-'))
  const curl = `#!/bin/sh
case "$*" in
*login*) cat >/dev/null; echo '{"accessToken": "t"}' ;;
*audience=*) cat >/dev/null; echo '{"value": "j"}' ;;
*) cat >/dev/null; cat "$ANSWER" ;;
esac
`
  await writeFile(join(dir, 'curl'), curl)
  await chmod(join(dir, 'curl'), 0o755)
})
afterAll(() => rm(dir, { recursive: true, force: true }))

async function run(shell: string, script: string, answer: string) {
  const paths = { ANSWER: join(dir, 'answer'), GITHUB_ENV: join(dir, 'env') }
  const tokens = { CI_TOKEN: 'j', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'r', ACTIONS_ID_TOKEN_REQUEST_URL: 'u' }
  await writeFile(paths.ANSWER, answer)
  await writeFile(paths.GITHUB_ENV, '')
  await writeFile(join(dir, 'script'), script)
  const env = { ...paths, ...tokens, ENVIRONMENT: 'prod', PATH: `${dir}${delimiter}${process.env['PATH']}` }
  const { exitCode, stdout } = await execa(shell, [join(dir, 'script')], { env, reject: false })
  return { exitCode, stdout, variables: await readFile(paths.GITHUB_ENV, 'utf8') }
}
const secret = (secretValue: string) => JSON.stringify({ secrets: [{ secretKey: 'A', secretValue }] })

test.each([
  ['nothing', ''],
  ['half of it', secret('value').slice(0, -9)],
  ['an error', '{"statusCode": 500}'],
])('a job does not go on where the server answers with %s', async (_, answer) => {
  const shell = await run('sh', fetchScript(request, fetched), answer)
  expect([shell.exitCode, shell.stdout]).toEqual([expect.toSatisfy(code => code !== 0), ''])
  const job = await run('bash', gitHubScript(request, 'sealift', fetched), answer)
  expect([job.exitCode, job.variables]).toEqual([expect.toSatisfy(code => code !== 0), ''])
})

test('a value is masked as GitHub reads its commands, and arrives as it is', async () => {
  const value = 'a%25b%0Ac\r\nd'
  const { exitCode, stdout, variables } = await run(
    'bash',
    gitHubScript(request, 'sealift', fetched),
    secret(value),
  )
  expect([exitCode, stdout.split('\n')]).toEqual([0, ['::add-mask::a%2525b%250Ac%0D', '::add-mask::d']])
  expect(variables.replace(/[0-9a-f]{32}/g, 'END')).toBe(`A<<END\n${value}\nEND\n`)
})
