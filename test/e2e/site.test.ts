import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CheckResult } from '../../src/workflows/check.ts'
import type { InstallResult } from '../../src/workflows/install.ts'
import type { StatusResult } from '../../src/workflows/status.ts'
import { secretsOf, watchArguments } from '../support/leaks.ts'
import { type Finished, type RunOptions, sealift, startSite, type TestSite } from '../support/road.ts'
import { type Sandbox, startSandbox } from '../support/sandbox.ts'
import { startStrictRedis } from '../support/services.ts'
import { makeKey } from '../support/signing.ts'

// One site, one story, told in order: refused for good reasons, installed, judged, removed, installed again, purged.
let sandbox: Sandbox
let site: TestSite
const spoken: string[] = []

beforeAll(async () => {
  sandbox = await startSandbox()
  site = await startSite(sandbox.connected.archives, () => {}, { keys: [sandbox.key.publicKey] })
})
afterAll(async () => {
  await site?.stop()
  await sandbox?.stop()
})

/** Runs the CLI on the node, where nothing but the cluster can be reached, and keeps all that it says. */
async function onNode(
  args: readonly string[],
  options: RunOptions = { inside: site.cluster },
): Promise<Finished> {
  const finished = await sealift(args, options)
  spoken.push(finished.stdout, finished.stderr)
  return finished
}

async function json<T>(args: readonly string[]): Promise<T & { exitCode: number }> {
  const { stdout, exitCode } = await onNode([...args, '--json'])
  return { ...(JSON.parse(stdout) as T), exitCode }
}

async function namespaces(): Promise<string[]> {
  const names = await site.cluster.kubectl(['get', 'namespaces', '-o', 'jsonpath={.items[*].metadata.name}'])
  return names.split(' ').filter(name => ['infisical', 'external-secrets', 'sealift-system'].includes(name))
}

async function sql(statement: string): Promise<string> {
  const uri = `postgresql://postgres:${site.passwords.postgres}@127.0.0.1/postgres`
  const psql = ['/usr/lib/postgresql/15/bin/psql', '-Atc', statement, uri]
  return site.cluster.kubectl(['-n', 'databases', 'exec', 'deployment/postgres-cluster-rw', '--', ...psql])
}

const receipt = (name: string, version: string) => {
  const patch = JSON.stringify({ data: { name, version } })
  return site.cluster.kubectl(['-n', 'sealift-system', 'patch', 'configmap', 'sealift-receipt', '-p', patch])
}
const exit = async () => (await onNode(['install', sandbox.bundle, '-c', site.siteFile, '-q'])).exitCode

describe('refused before the first change', () => {
  const postgres = { host: 'postgres-cluster-rw.databases.svc', tls: 'disable' }

  test('an unreachable cluster: exit 41', async () => {
    const kubeconfig = join(site.dir, 'nowhere.kubeconfig')
    const text = await readFile(site.cluster.kubeconfig, 'utf8')
    await writeFile(kubeconfig, text.replace(/https:\/\/[\d.]+:6443/, 'https://127.0.0.1:9'))
    const file = await site.variant('nowhere', { cluster: { kubeconfig } })
    const { exitCode, stderr } = await onNode(['install', sandbox.bundle, '-c', file, '-q'])
    expect(exitCode).toBe(41)
    expect(stderr).toContain('127.0.0.1:9')
  })

  test('a wrong database password: exit 46, and the password is not shown', async () => {
    const wrong = 'not-the-password-4711'
    await site.cluster.kubectl([
      '-n',
      'databases',
      'create',
      'secret',
      'generic',
      'wrong',
      '--from-literal=username=postgres',
      `--from-literal=password=${wrong}`,
    ])
    const file = await site.variant('wrong', {
      database: { ...postgres, admin: { namespace: 'databases', name: 'wrong' } },
    })
    const { exitCode, stderr } = await onNode(['install', sandbox.bundle, '-c', file, '-q'])
    expect(exitCode).toBe(46)
    expect(stderr).not.toContain(wrong)
    expect(stderr).toContain('postgres-cluster-rw.databases.svc')
  })

  test('a Redis that refuses undeclared keys: exit 50, with the flag that mends it', async () => {
    const redis = await startStrictRedis()
    try {
      await site.cluster.kubectl([
        '-n',
        'databases',
        'create',
        'secret',
        'generic',
        'strict',
        `--from-literal=password=${redis.password}`,
      ])
      const password = { namespace: 'databases', name: 'strict', key: 'password' }
      const file = await site.variant('strict', {
        dragonfly: { host: redis.host, port: redis.port, database: 3, password },
      })
      // From this side of the veth: the small server listens on this machine's loopback.
      const { exitCode, stderr } = await onNode(['install', sandbox.bundle, '-c', file, '-q'], {})
      expect(exitCode).toBe(50)
      expect(stderr).toContain('--default_lua_flags=allow-undeclared-keys')
    } finally {
      await redis.stop()
    }
  })

  test("a namespace with someone else's Infisical: exit 44, and it is left alone", async () => {
    await site.cluster.kubectl(['create', 'namespace', 'infisical'])
    await site.cluster.kubectl([
      '-n',
      'infisical',
      'create',
      'deployment',
      'infisical',
      '--image=example.test/theirs:1',
    ])
    const { exitCode, stderr } = await onNode(['install', sandbox.bundle, '-c', site.siteFile, '-q'])
    expect(exitCode).toBe(44)
    expect(stderr).toContain('Deployment infisical in namespace infisical')
    expect(await site.cluster.kubectl(['-n', 'infisical', 'get', 'deployments', '-o', 'name'])).toBe(
      'deployment.apps/infisical',
    )
    await site.cluster.kubectl(['delete', 'namespace', 'infisical'])
  })

  test('a site file with faults: exit 40, all of them listed', async () => {
    const file = await site.variant('faulty', {
      organization: '',
      admin: { email: 'nobody' },
      dragonfly: { host: 'x', port: 0 },
    })
    const { exitCode, stderr } = await onNode(['install', sandbox.bundle, '-c', file, '-q'])
    expect(exitCode).toBe(40)
    for (const path of ['organization', 'admin.email', 'dragonfly.port']) expect(stderr).toContain(path)
  })

  test('a bundle without its signature: exit 33, also when unsigned ones are allowed', async () => {
    const stripped = join(site.dir, 'stripped.tar')
    await symlink(sandbox.bundle, stripped)
    for (const flags of [[], ['--allow-unsigned']]) {
      const args = ['install', stripped, '-c', site.siteFile, '-q', ...flags]
      expect((await onNode(args)).exitCode).toBe(33)
    }
    expect((await onNode(['remove', stripped, '-c', site.siteFile, '-q', '--yes'])).exitCode).toBe(33)
  })

  test('a bundle signed by someone else: exit 34, with the key that was tried', async () => {
    const other = await makeKey(join(site.dir, 'other'))
    const file = await site.variant('other-key', { keys: [other.publicKey] })
    const { exitCode, stderr } = await onNode(['install', sandbox.bundle, '-c', file, '-q'])
    expect(exitCode).toBe(34)
    expect(stderr).toMatch(/tried ecdsa key sha256:[0-9a-f]{64}/)
  })

  test('a site file without keys: exit 33, with what to do', async () => {
    const file = await site.variant('no-keys', { keys: undefined })
    const { exitCode, stderr } = await onNode(['install', sandbox.bundle, '-c', file, '-q'])
    expect(exitCode).toBe(33)
    expect(stderr).toContain('--allow-unsigned')
  })

  test('nothing was left behind by any of them', async () => {
    expect(await namespaces()).toEqual([])
    expect(await sql("select count(*) from pg_roles where rolname = 'infisical'")).toBe('0')
  })
})

describe('installed', () => {
  const install = () => json<InstallResult>(['install', sandbox.bundle, '-c', site.siteFile])

  test('an install that is killed goes on where it was, and ends with a proof', async () => {
    const killed = new AbortController()
    const journal = join(site.dir, 'sandbox.journal.jsonl')
    const watching = setInterval(() => {
      void readFile(journal, 'utf8').then(
        text => text.includes('"step":"database"') && killed.abort(),
        () => {},
      )
    }, 50)
    const args = watchArguments()
    await onNode(['install', sandbox.bundle, '-c', site.siteFile], {
      inside: site.cluster,
      signal: killed.signal,
      killSignal: 'SIGKILL',
    })
    clearInterval(watching)

    const { exitCode, steps, budget } = await install()
    const seen = await args.stop()
    expect(exitCode).toBe(0)
    expect(steps.map(({ id, skipped }) => [id, skipped])).toEqual([
      ['namespaces', true],
      ['images', true],
      ['database', true],
      ['crds-external-secrets', false],
      ['release-external-secrets', false],
      ['release-infisical', false],
      ['bootstrap', false],
      ['store', false],
      ['proof', false],
    ])
    expect(steps.at(-1)?.detail).toMatch(
      /^arrived after \d+ ms; changed in Infisical, changed in Kubernetes after \d+ ms$/,
    )
    expect(budget).toMatchObject({ declared: { memory: 640 * 1048576, cpu: 300 }, declaredFits: true })
    for (const secret of await secretsOf(site.cluster))
      expect([...seen].filter(line => line.includes(secret))).toEqual([])
  })

  test('a rerun changes nothing and proves again', async () => {
    const { exitCode, steps } = await install()
    expect(exitCode).toBe(0)
    expect(steps.filter(({ skipped }) => !skipped).map(({ id }) => id)).toEqual(['proof'])
  })

  test('check finds all as it should be, status says what is here', async () => {
    const checked = await json<CheckResult>(['check', '-c', site.siteFile, '--window', '0'])
    expect(checked.exitCode).toBe(0)
    expect(checked.verdicts.filter(({ ok }) => !ok)).toEqual([])
    expect(checked.budget.observed.memory).toBeGreaterThan(50 * 1048576)
    const found = await json<StatusResult>(['status', '-c', site.siteFile])
    expect(found.releases.map(({ name, pods }) => [name, pods])).toEqual([
      ['external-secrets', '3 of 3 Deployments ready'],
      ['infisical-standalone', '1 of 1 Deployments ready'],
    ])
    expect(found.journal.map(({ step }) => step)).toContain('proof')
    expect(found.bundle.key).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  test('an older bundle, and one of another name, are refused: exit 57 and 44', async () => {
    await receipt('sandbox', '1.1.0')
    expect(await exit()).toBe(57)
    await receipt('other', '1.0.0')
    expect(await exit()).toBe(44)
    await receipt('sandbox', '1.0.0')
  })

  test('an image that lost its pin is found: exit 60', async () => {
    const { ctr, address } = site.cluster.containerd
    const [command = '', ...words] = ctr
    const name = 'docker.io/sealift-sandbox/infisical-stand-in:0.1.0'
    await site.cluster.exec(command, [
      ...words,
      '-a',
      address,
      '-n',
      'k8s.io',
      'images',
      'label',
      name,
      'io.cri-containerd.pinned=',
    ])
    const { exitCode, verdicts } = await json<CheckResult>(['check', '-c', site.siteFile, '--window', '0'])
    expect(exitCode).toBe(60)
    expect(verdicts.filter(({ ok }) => !ok).map(({ id }) => id)).toEqual([`image/${name}`])
    expect((await install()).steps.find(({ id }) => id === 'images')?.skipped).toBe(false)
  })

  test('use above the budget has an exit code of its own: 61', async () => {
    const on = (...words: string[]) => site.cluster.kubectl(['-n', 'infisical', ...words])
    await on('set', 'env', 'deployment/infisical', 'STAND_IN_HOLD_MIB=600')
    await on('rollout', 'status', 'deployment/infisical', '--timeout=180s')
    const { exitCode, stdout } = await onNode(['check', '-c', site.siteFile, '--window', '25'])
    expect(exitCode).toBe(61)
    expect(stdout).toMatch(/declared: 640Mi of 640Mi.*within the budget\nobserved: .*over by \d+Mi/)
  })
})

describe('removed', () => {
  const admin = () =>
    site.cluster.kubectl([
      '-n',
      'sealift-system',
      'get',
      'secret',
      'infisical-admin',
      '-o',
      'jsonpath={.data.password}',
    ])

  test('without --yes nothing is done: exit 2', async () => {
    expect((await onNode(['remove', sandbox.bundle, '-c', site.siteFile])).exitCode).toBe(2)
  })

  test('remove keeps the data, and an install finds it again', async () => {
    const before = await admin()
    const removed = await json<{ kept: string[] }>(['remove', sandbox.bundle, '-c', site.siteFile, '--yes'])
    expect([removed.exitCode, removed.kept[0]]).toEqual([0, 'database infisical'])
    expect((await onNode(['status', '-c', site.siteFile])).exitCode).toBe(56)
    await receipt('sandbox', '1.1.0')
    expect(await exit()).toBe(57)
    await receipt('sandbox', '1.0.0')
    const again = await json<InstallResult>(['install', sandbox.bundle, '-c', site.siteFile])
    expect(again.steps.find(({ id }) => id === 'bootstrap')?.detail).toBe('was set up before')
    expect(await admin()).toBe(before)
  })

  test('no secret was in any output, journal or record, or in the bundle', async () => {
    const secrets = await secretsOf(site.cluster)
    expect(secrets.length).toBeGreaterThan(8)
    const records = await site.cluster.kubectl([
      '-n',
      'sealift-system',
      'get',
      'configmap/sealift-receipt',
      'secret/sealift-journal',
      '-o',
      'json',
    ])
    const journal = JSON.parse(records).items[1].data['journal.jsonl']
    const local = await readFile(join(site.dir, 'sandbox.journal.jsonl'), 'utf8')
    const bundle = (await readFile(sandbox.bundle)).toString('latin1')
    const everything = [...spoken, records, Buffer.from(journal, 'base64').toString(), local, bundle].join(
      '\n',
    )
    expect(secrets.filter(secret => everything.includes(secret))).toEqual([])
  })

  test('--purge leaves no trace', async () => {
    const { exitCode, kept } = await json<{ kept: string[] }>([
      'remove',
      sandbox.bundle,
      '-c',
      site.siteFile,
      '--purge',
      '--yes',
    ])
    expect([exitCode, kept]).toEqual([0, []])
    expect(await namespaces()).toEqual([])
    expect(await site.cluster.kubectl(['get', 'crds', '-o', 'name'])).not.toContain('external-secrets')
    expect(
      await sql(
        "select (select count(*) from pg_roles where rolname = 'infisical') + (select count(*) from pg_database where datname = 'infisical')",
      ),
    ).toBe('0')
    const { ctr, address } = site.cluster.containerd
    const [command = '', ...words] = ctr
    const listed = await site.cluster.exec(command, [
      ...words,
      '-a',
      address,
      '-n',
      'k8s.io',
      'images',
      'ls',
      '-q',
    ])
    expect(String(listed.stdout)).not.toMatch(/external-secrets|infisical/)
  })
})
