/** Installs that end before their first change, each with an exit code and words of its own. */
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PlanResult } from '../../src/site/verbs/install/index.ts'
import { startStrictRedis } from '../support/services.ts'
import { makeKey } from '../support/signing.ts'
import type { Journey } from './journey.ts'

/** Declares the tests; `journey` gives the site once it is there. */
export function refused(journey: () => Journey): void {
  const site = () => journey().site
  const install: Journey['install'] = (...args) => journey().install(...args)

  test('an unreachable cluster: exit 41', async () => {
    const kubeconfig = join(site().dir, 'nowhere.kubeconfig')
    const text = await readFile(site().cluster.kubeconfig, 'utf8')
    await writeFile(kubeconfig, text.replace(/https:\/\/[\d.]+:6443/, 'https://127.0.0.1:9'))
    const { exitCode, stderr } = await install({
      file: await site().variant('nowhere', { cluster: { kubeconfig } }),
    })
    expect(exitCode).toBe(41)
    expect(stderr).toContain('127.0.0.1:9')
  })

  test('a wrong database password: exit 46, and the password is not shown', async () => {
    const wrong = 'not-the-password-4711'
    await journey().secret('wrong', { username: 'postgres', password: wrong })
    const admin = { namespace: 'databases', name: 'wrong' }
    const database = { host: 'postgres-cluster-rw.databases.svc', tls: 'disable', admin }
    const { exitCode, stderr } = await install({ file: await site().variant('wrong', { database }) })
    expect(exitCode).toBe(46)
    expect(stderr).not.toContain(wrong)
    expect(stderr).toContain('postgres-cluster-rw.databases.svc')
  })

  test('a Redis that refuses undeclared keys: exit 50, with the flag that mends it', async () => {
    const redis = await startStrictRedis()
    try {
      await journey().secret('strict', { password: redis.password })
      const password = { namespace: 'databases', name: 'strict', key: 'password' }
      const dragonfly = { host: redis.host, port: redis.port, database: 3, password }
      // From this side of the veth: the small server listens on this machine's loopback.
      const { exitCode, stderr } = await install({ file: await site().variant('strict', { dragonfly }) }, {})
      expect(exitCode).toBe(50)
      expect(stderr).toContain('--default_lua_flags=allow-undeclared-keys')
    } finally {
      await redis.stop()
    }
  })

  test("a namespace with someone else's Infisical: exit 44, and it is left alone", async () => {
    await journey().kubectl('create namespace infisical')
    // Without a pod: one whose image nobody has keeps its kubelet, and so the namespace's end, for a minute.
    await journey().kubectl(
      '-n infisical create deployment infisical --image=example.test/theirs:1 --replicas=0',
    )
    const { exitCode, stderr } = await install()
    expect(exitCode).toBe(44)
    expect(stderr).toContain('Deployment infisical in namespace infisical')
    expect(await journey().kubectl('-n infisical get deployments -o name')).toBe('deployment.apps/infisical')
    await journey().kubectl('delete namespace infisical')
  })

  test('a site file with faults: exit 40, all of them listed', async () => {
    const faults = { organization: '', admin: { email: 'nobody' }, dragonfly: { host: 'x', port: 0 } }
    const { exitCode, stderr } = await install({ file: await site().variant('faulty', faults) })
    expect(exitCode).toBe(40)
    for (const path of ['organization', 'admin.email', 'dragonfly.port']) expect(stderr).toContain(path)
  })

  test('a bundle without its signature: exit 33, also when unsigned ones are allowed', async () => {
    const stripped = join(site().dir, 'stripped.tar')
    await symlink(journey().sandbox.bundle, stripped)
    for (const flags of [[], ['--allow-unsigned']])
      expect((await install({ bundle: stripped, flags })).exitCode).toBe(33)
    const removing = ['remove', stripped, '-c', site().siteFile, '-q', '--yes']
    expect((await journey().run(removing)).exitCode).toBe(33)
  })

  test('a bundle signed by someone else: exit 34, with the key that was tried', async () => {
    const other = await makeKey(join(site().dir, 'other'))
    const { exitCode, stderr } = await install({
      file: await site().variant('other-key', { keys: [other.publicKey] }),
    })
    expect(exitCode).toBe(34)
    expect(stderr).toMatch(/tried ecdsa key sha256:[0-9a-f]{64}/)
  })

  test('a site file without keys: exit 33, with what to do', async () => {
    const { exitCode, stderr } = await install({ file: await site().variant('no-keys', { keys: undefined }) })
    expect(exitCode).toBe(33)
    expect(stderr).toContain('--allow-unsigned')
  })

  test('a plan says what the first install would make, without a secret, and makes nothing', async () => {
    const words = await journey().typed('See it before it happens', 'plan')
    const plan = await journey().json<PlanResult>(words)
    expect(plan).toMatchObject({ exitCode: 0, equal: false, refused: [], unknown: [] })
    expect(plan.objects.map(({ change, kind, name }) => `${change} ${kind} ${name}`)).toEqual(
      expect.arrayContaining(['create Deployment infisical', 'create Deployment external-secrets']),
    )
    expect(JSON.stringify(plan)).not.toMatch(/postgres(ql)?:\/\//)
  })

  test('nothing was left behind by any of them', async () => {
    expect(await journey().namespaces()).toEqual([])
    expect(await journey().sql("select count(*) from pg_roles where rolname = 'infisical'")).toBe('0')
  })
}
