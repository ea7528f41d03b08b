/** A site that was installed: killed and continued, run again, checked, disturbed, and found out. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { PreflightResult } from '../../src/site/preflight/index.ts'
import type { SiteReceipt } from '../../src/site/receipt/index.ts'
import type { CheckResult } from '../../src/site/verbs/check/index.ts'
import type { FactsResult } from '../../src/site/verbs/facts.ts'
import type { InstallResult } from '../../src/site/verbs/install/index.ts'
import type { RotatedAdmin } from '../../src/site/verbs/rotate-admin.ts'
import type { InstalledStatus, StatusResult } from '../../src/site/verbs/status.ts'
import type { Journey } from './journey.ts'

/** Declares the tests; the site of `journey` has an install when they have passed. */
export function installed(journey: () => Journey): void {
  const site = () => journey().site
  const typed = (heading: string, ...words: string[]) => journey().typed(heading, ...words)
  const install = async () =>
    journey().json<InstallResult>(await typed('Install the bundle', 'install', '-c'))
  const check = (window: number) => ['check', '-c', site().siteFile, '--window', `${window}`]
  /** Looks until nothing is amiss: what has just been changed comes to rest later on a busy machine, and a check tells that. */
  const sound = async () => {
    const look = async () => {
      const { exitCode, verdicts } = await journey().json<CheckResult>(check(0))
      return { exitCode, amiss: verdicts.filter(({ ok }) => !ok) }
    }
    await expect.poll(look, { timeout: 120_000, interval: 2000 }).toEqual({ exitCode: 0, amiss: [] })
  }

  const carriedText = (name: string) => readFile(join(site().dir, name), 'utf8')

  // From here on the CLI may do what `sealift rbac` prints.
  beforeAll(() => journey().grant())

  test('a preflight of the fresh site finds nothing in the way, has looked at all, and leaves nothing', async () => {
    const look = 'Look before the first change'
    // The namespaces are there: Roles are in them.
    const made = () => journey().kubectl('get leases,configmaps,secrets,pods -A -o name')
    const before = await made()
    const { exitCode, checks } = await journey().json<PreflightResult>(await typed(look, '--json'))
    const ended = (wanted: string) =>
      checks.filter(({ result }) => result === wanted).map(({ id, seen }) => `${id}: ${seen}`)
    expect([exitCode, ended('fault'), ended('not-looked-at')]).toEqual([0, [], []])
    expect(await made()).toBe(before)
  })

  test('the pages of a preflight are written', async () => {
    const words = await typed('Look before the first change', '--html')
    expect((await journey().run(words)).exitCode).toBe(0)
    expect(await carriedText('preflight.html')).toContain('sandbox')
    expect(await carriedText('preflight.xml')).toContain('<testsuite')
  })

  test('an install that is killed goes on where it was, and ends with a proof', async () => {
    const killed = new AbortController()
    const journal = join(site().dir, 'sandbox.journal.jsonl')
    const watching = setInterval(() => {
      void readFile(journal, 'utf8').then(
        text => text.includes('"step":"database"') && killed.abort(),
        () => {},
      )
    }, 50)
    const planned = await journey().run(await typed('See it before it happens', '-o'))
    expect(planned).toMatchObject({ exitCode: 0 })
    const byPlan = await typed('Install the bundle', '--plan')
    const ending = { inside: site().cluster, signal: killed.signal, killSignal: 'SIGKILL' } as const
    await journey().run(byPlan, ending)
    clearInterval(watching)

    const begun = await journey().json<StatusResult>(['status', '-c', site().siteFile])
    expect(begun).toMatchObject({
      ...{ exitCode: 56, state: 'begun', error: { code: 'NOT_INSTALLED' } },
      begun: { name: 'sandbox', version: '1.0.0', since: expect.any(String) },
    })
    const done = begun.state === 'begun' ? begun.begun.steps.map(({ step }) => step) : []
    expect(done).toEqual(expect.arrayContaining(['namespaces', 'database']))

    const { exitCode, steps, budget } = await install()
    expect(exitCode).toBe(0)
    // How far the others had come when the database was ready is chance.
    const there = steps.filter(({ skipped }) => skipped).map(({ id }) => id)
    expect(there).toEqual(expect.arrayContaining(['namespaces', 'database']))
    expect(steps.map(({ id }) => id)).toEqual([
      'namespaces',
      expect.stringMatching(/^images-/),
      expect.stringMatching(/^images-/),
      'database',
      'crds-external-secrets',
      'release-external-secrets',
      'release-infisical',
      'bootstrap',
      'store',
      'proof',
      'escrow',
    ])
    expect(steps.find(({ id }) => id === 'proof')?.detail).toMatch(
      /^arrived after \d+ ms; changed in Infisical, changed in Kubernetes after \d+ ms$/,
    )
    expect(budget).toMatchObject({ declared: { memory: 640 * 1048576, cpu: 300 }, declaredFits: true })
  })

  test('a rerun changes nothing and proves again', async () => {
    const { exitCode, steps } = await install()
    expect(exitCode).toBe(0)
    expect(steps.filter(({ skipped }) => !skipped).map(({ id }) => id)).toEqual(['proof'])
    const plan = await typed('See it before it happens', 'plan')
    expect(await journey().json([...plan, '--drift'])).toMatchObject({
      exitCode: 0,
      equal: true,
      unknown: [],
      refused: [],
    })
    const facts = await journey().json<FactsResult>(await typed('Live with it', 'facts'))
    expect(facts).toMatchObject({
      exitCode: 0,
      installed: { name: 'sandbox' },
      nodes: [{ seenBy: 'containerd' }],
    })
    expect(facts.nodes[0]?.images.filter(({ pinned }) => pinned).length).toBeGreaterThan(0)
  })

  test('the receipt tells all of it from what the site holds, and makes a page', async () => {
    const words = await typed('Hand in the receipt', 'receipt')
    const { exitCode, ...found } = await journey().json<SiteReceipt>(words)
    expect([exitCode, found.untold]).toEqual([0, []])
    expect(found.run.steps.filter(({ skipped }) => !skipped).length).toBeGreaterThan(1)
    const states = found.nodes.map(({ images }) => [...new Set(images.map(({ state }) => state))])
    expect(states).toEqual(found.nodes.map(() => ['pinned']))
    for (const { objects } of found.releases)
      expect(objects?.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['Deployment', 'Service']))
    expect(await carriedText('receipt.html')).toContain(found.bundle.digest)
    expect(JSON.parse(await carriedText('receipt.json'))).toEqual(found)
  })

  test('while another one changes the site: exit 59, and who it is', async () => {
    const hold = (holderIdentity: string | null) => {
      const renewTime = new Date().toISOString().replace('Z', '000Z')
      const patch = JSON.stringify({ spec: { holderIdentity, renewTime } })
      return journey().kubectl('-n sealift-system patch lease sealift --type merge -p', patch)
    }
    const over = new AbortController()
    const holding = (async () => {
      while (!over.signal.aborted) await hold('ann@node2, process 4711')
    })()
    const words = ['remove', journey().carried, '-c', site().siteFile, '--yes']
    const { exitCode, stderr } = await journey().run(words)
    over.abort()
    await holding
    await hold(null)
    expect(exitCode).toBe(59)
    expect(stderr).toContain('ann@node2, process 4711 is changing this site')
  })

  test('check finds all as it should be, status says what is here', async () => {
    const checked = await journey().json<CheckResult>(await typed('Live with it', 'check'))
    expect(checked.exitCode).toBe(0)
    expect(checked.verdicts.filter(({ ok }) => !ok)).toEqual([])
    const asked = ['infisical/api', 'infisical/admin', 'eso/login', 'eso/sync', 'lease/sealift']
    const ids = checked.verdicts.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(asked))
    const kindsOf = ids.map(id => id.split('/')[0])
    expect(kindsOf).toEqual(expect.arrayContaining(['postgresql', 'dragonfly', 'webhook', 'store']))
    const left = '-n sealift-system get externalsecrets,secrets -o name'
    expect(await journey().kubectl(left)).not.toContain('sealift-check')
    expect(checked.budget.observed.memory).toBeGreaterThan(50 * 1048576)
    const found = await journey().json<InstalledStatus>(await typed('Live with it', 'status'))
    expect(found.releases.map(({ name, pods }) => [name, pods])).toEqual([
      ['external-secrets', '3 of 3 Deployments ready'],
      ['infisical-standalone', '1 of 1 Deployment ready'],
    ])
    expect(found.journal.map(({ step }) => step)).toContain('proof')
    expect(found.bundle.key).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  test('credentials that ESO has lost are found, though the store is still called ready: exit 60', async () => {
    await journey().kubectl('-n external-secrets delete secret infisical-universal-auth')
    const { exitCode, verdicts } = await journey().json<CheckResult>(check(0))
    expect(exitCode).toBe(60)
    const bad = verdicts.filter(({ ok }) => !ok).map(({ id }) => id)
    expect(bad).toEqual(expect.arrayContaining(['eso/login', 'eso/sync']))
    expect((await install()).exitCode).toBe(0)
    await sound()
  })

  const changed = async () => {
    const { exitCode, steps } = await install()
    return [exitCode, steps.filter(({ skipped }) => !skipped).map(({ id }) => id)]
  }

  test('the admin gets another password, and all goes on', async () => {
    const done = await journey().json<RotatedAdmin>(await typed('Live with it', 'rotate', 'admin'))
    expect(done).toEqual({
      ...{
        exitCode: 0,
        site: 'sandbox',
        email: 'admin@site.local',
        secret: 'sealift-system/infisical-admin',
      },
    })
    await sound()
    expect(await changed()).toEqual([0, ['proof']])
  })

  test('an admin’s login that is lost is taken from the site file: exit 44 without it', async () => {
    const kept = '-n sealift-system get secret infisical-admin -o jsonpath={.data.password}'
    const password = Buffer.from(await journey().kubectl(kept), 'base64').toString()
    for (const namespace of ['sealift-system', 'infisical'])
      await journey().kubectl(`-n ${namespace} delete secret infisical-admin`)
    expect((await journey().install()).exitCode).toBe(44)
    await journey().secret('infisical-login', { password })
    const place = { namespace: 'databases', name: 'infisical-login', key: 'password' }
    const admin = { email: 'admin@site.local', password: place }
    const file = await site().variant('adopting', { admin })
    await journey().grant(file)
    expect((await journey().install({ file })).exitCode).toBe(0)
    await journey().kubectl('-n databases delete secret infisical-login')
    await journey().grant()
    await sound()
    expect(await changed()).toEqual([0, ['proof']])
    const found = await journey().json<InstalledStatus>(['status', '-c', site().siteFile])
    expect(found.admin).toEqual({ email: 'admin@site.local', setUp: 'adopted' })
  })

  test('an older bundle, and one of another name, are refused: exit 57 and 44', async () => {
    await journey().rename('sandbox', '1.1.0')
    expect((await journey().install()).exitCode).toBe(57)
    await journey().rename('other', '1.0.0')
    expect((await journey().install()).exitCode).toBe(44)
    await journey().rename('sandbox', '1.0.0')
  })

  test('an image that lost its pin is found: exit 60', async () => {
    const name = 'docker.io/sealift-sandbox/infisical-stand-in:0.1.0'
    await journey().ctr(`images label ${name} io.cri-containerd.pinned=`)
    const { exitCode, verdicts } = await journey().json<CheckResult>(check(0))
    expect(exitCode).toBe(60)
    expect(verdicts.filter(({ ok }) => !ok).map(({ id }) => id)).toEqual([`image/${name}`])
    expect((await install()).steps.find(({ id }) => id === 'images-infisical')?.skipped).toBe(false)
  })

  test('a check that repairs pins what has lost its pin', async () => {
    const name = 'docker.io/sealift-sandbox/external-secrets:v0.20.4'
    await journey().ctr(`images label ${name} io.cri-containerd.pinned=`)
    const words = [...(await typed('Live with it', 'check', '--repair')), '--window', '0']
    const { exitCode, repaired } = await journey().json<CheckResult>(words)
    expect([exitCode, repaired?.map(({ done, what }) => [done, what])]).toEqual([0, [['pinned', name]]])
  })

  test('use above the budget has an exit code of its own: 61', async () => {
    await journey().kubectl('-n infisical set env deployment/infisical STAND_IN_HOLD_MIB=600')
    await journey().kubectl('-n infisical rollout status deployment/infisical --timeout=300s')
    const { exitCode, stdout } = await journey().run(check(25))
    expect(exitCode, stdout).toBe(61)
    expect(stdout).toMatch(/declared: 640Mi of 640Mi.*within the budget\nobserved: .*over by \d+Mi/)
  })
}
