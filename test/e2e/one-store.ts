/** One store for all teams, on a site that is installed: the decision's ExternalSecret gets its Secret as it stands. */
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { printYaml } from '../../src/kernel/yaml/index.ts'
import type { CheckResult } from '../../src/site/verbs/check/index.ts'
import type { InstallResult } from '../../src/site/verbs/install/index.ts'
import type { StoresApplied } from '../../src/teams/verbs/stores-apply/index.ts'
import type { Journey } from './journey.ts'

const decided = join(import.meta.dirname, '../fixtures/decision/external-secret.yaml')
const tenancy = {
  ...{ apiVersion: 'sealift.dev/v1', kind: 'Tenancy', organization: 'openova' },
  projects: [{ slug: 'talent-mesh', environments: ['prod'] }],
  stores: { layout: 'one-store', look: { namespaces: ['talent-mesh'] } },
}

/** Declares the tests; the site of `journey` has an install before them, and after them too, with teams' store. */
export function oneStore(journey: () => Journey): void {
  const site = () => journey().site
  const file = () => join(site().dir, 'tenancy.yaml')
  const both = () => ['-c', site().siteFile, '-f', file()]
  /** Changes whenever the Deployment wants other pods. */
  const started = () =>
    journey().kubectl('-n infisical get deployment infisical -o jsonpath={.metadata.generation}')
  const put = (name: string, value: string, path = '/') => {
    const program = join(import.meta.dirname, 'as-team.ts')
    const words = [program, site().cluster.kubeconfig, 'talent-mesh', 'prod', path, name]
    return site().cluster.exec(process.execPath, words, { input: value })
  }
  const secret = async (name: string, key: string) => {
    const words = `-n talent-mesh get secret ${name} --ignore-not-found -o jsonpath={.data.${key}}`
    return Buffer.from(await journey().kubectl(words), 'base64').toString()
  }
  /** Asks until the Secret has the value. @throws Error with what the ExternalSecrets say when it has not in a minute */
  const arrived = async (name: string, key: string, value: string) => {
    for (let round = 0; round < 120; round++) {
      if ((await secret(name, key)) === value) return
      await sleep(500)
    }
    throw new Error(await journey().kubectl('-n talent-mesh get externalsecrets -o yaml'))
  }

  test('is made from the tenancy file, and Infisical starts once for it', async () => {
    await writeFile(file(), printYaml(tenancy))
    await journey().kubectl('create namespace talent-mesh')
    const made = await journey().run(['tenancy', 'apply', ...both()])
    expect([made.exitCode, made.stderr]).toEqual([0, expect.any(String)])
    const before = await started()
    const applied = await journey().json<StoresApplied>(['stores', 'apply', ...both()])
    expect([applied.exitCode, applied.unmet, applied.unready]).toEqual([0, [], []])
    expect(applied.changed.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['variable', 'grant', 'import']),
    )
    expect(applied.proven.map(({ identity }) => identity)).toEqual(['external-secrets.platform-view.all'])
    const after = await started()
    expect(after).not.toBe(before)
    const again = await journey().json<StoresApplied>(['stores', 'apply', ...both()])
    expect([again.exitCode, again.changed, await started()]).toEqual([0, [], after])
  })

  test('serves the decision’s ExternalSecret, word for word but for its API version', async () => {
    const password = randomBytes(12).toString('hex')
    await put('POSTGRES_PASSWORD', password)
    await site().cluster.kubectl(['apply', '-f', '-'], await readFile(decided, 'utf8'))
    await arrived('db-credentials', 'POSTGRES_PASSWORD', password)
  })

  test('sees a folder that the team makes later: drift, and another apply', async () => {
    const url = randomBytes(12).toString('hex')
    await put('URL', url, '/databases')
    expect((await journey().run(['stores', 'plan', ...both(), '--drift'])).exitCode).toBe(71)
    expect((await journey().run(['stores', 'apply', ...both(), '--quiet'])).exitCode).toBe(0)
    expect((await journey().run(['stores', 'plan', ...both(), '--drift'])).exitCode).toBe(0)
    const later = (await readFile(decided, 'utf8'))
      .replace('talent-mesh-db-credentials', 'later')
      .replace('db-credentials', 'later')
      .replaceAll(/POSTGRES_PASSWORD/g, 'URL')
      .replace('/talent-mesh/prod/', '/talent-mesh/prod/databases/')
    await site().cluster.kubectl(['apply', '-f', '-'], later)
    await arrived('later', 'URL', url)
  })

  test('stands through an install and a check, whose own secret goes another way', async () => {
    const store = '-o jsonpath={.metadata.resourceVersion} get clustersecretstore infisical-store'
    const before = await journey().kubectl(store)
    const words = ['install', journey().carried, '-c', site().siteFile]
    const { exitCode, steps } = await journey().json<InstallResult>(words)
    const did = steps.filter(({ skipped }) => !skipped)
    expect({ exitCode, did }).toEqual({ exitCode: 0, did: [expect.objectContaining({ id: 'proof' })] })
    expect(await journey().kubectl(store)).toBe(before)
    const checked = await journey().json<CheckResult>(['check', '-c', site().siteFile, '--window', '0'])
    expect(checked.verdicts.filter(({ ok }) => !ok)).toEqual([])
    const ids = checked.verdicts.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(['store/infisical-store', 'store/sealift-probe', 'eso/sync']))
  })

  test('and what the team made goes with the team', async () => {
    // A purge takes no ExternalSecrets that are a team's.
    await journey().kubectl('-n talent-mesh delete externalsecrets --all --wait=true')
    await journey().kubectl('delete namespace talent-mesh --wait=true')
    expect(await secret('db-credentials', 'POSTGRES_PASSWORD').catch(() => '')).toBe('')
  })
}
