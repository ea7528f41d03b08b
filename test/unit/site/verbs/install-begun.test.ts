/** An install that is killed after its first change: what may follow it, and what is said of the site. */
import { beforeEach, describe, expect, test } from 'vitest'
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { digestOf } from '../../../../src/kernel/oci/index.ts'
import type { SiteHost } from '../../../../src/kernel/ports/index.ts'
import { installedBundle, writeReceipt } from '../../../../src/site/install/index.ts'
import { check } from '../../../../src/site/verbs/check/index.ts'
import { status, statusFault } from '../../../../src/site/verbs/status.ts'
import type { MemoryCluster } from '../../../support/memory-cluster.ts'
import type { MemoryRuntime } from '../../../support/memory-runtime.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { smallSite } from '../wire/sites.ts'
import { bundles, installOn, killed, memorySite, type Version } from './memory-site.ts'

let cluster: MemoryCluster
let runtime: MemoryRuntime
let host: SiteHost
const talk = recordedTalk()

beforeEach(async () => {
  ;({ cluster, runtime, host } = await memorySite())
})

const run = (version: Version, downgrade = false) => installOn(host, version, { downgrade, upgrade: true })

const refused = (begun: Version) => ({
  code: 'DOWNGRADE_REFUSED',
  message: expect.stringContaining(`sample ${begun} was begun here and did not come to its end`),
})

/** What status and check say: the version of the receipt, or the code of the error that both end with. */
async function said(): Promise<string> {
  const looks = [
    () =>
      status(host).then(found =>
        found.state === 'installed' ? found.bundle.version : statusFault(found)?.code,
      ),
    () => check(0, parseSite(smallSite, 'site.yaml'), host, talk).then(() => 'a verdict'),
  ]
  const answers = await Promise.all(looks.map(look => look().catch(({ code }) => code)))
  return answers.join(', ')
}

describe('an upgrade that is killed', () => {
  beforeEach(async () => {
    const { lock } = bundles['1.0.0']
    const at = '2026-11-25T00:00:00.000Z'
    const metadata = { name: 'sealift-system', labels: { 'app.kubernetes.io/managed-by': 'sealift' } }
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata })
    await writeReceipt(cluster, { site: 'bank-prod', bundle: digestOf('1.0'), at, key: 'unsigned', lock })
    await expect(run('1.1.0')).rejects.toBe(killed)
  })

  test('may have changed the database: what was there before is older', async () => {
    await expect(run('1.0.0')).rejects.toMatchObject(refused('1.1.0'))
  })

  test('goes on when it is run again', async () => {
    await expect(run('1.1.0')).rejects.toBe(killed)
    expect(await installedBundle(cluster)).toMatchObject({ name: 'sample', version: '1.1.0', begun: true })
  })

  test('leaves the site known as what it was', async () => {
    expect(await said()).toBe('1.0.0, a verdict')
  })
})

describe('a first install that is killed', () => {
  beforeEach(() => expect(run('1.1.0')).rejects.toBe(killed))

  test('may have filled the database: an older one is refused', async () => {
    await expect(run('1.0.0')).rejects.toMatchObject(refused('1.1.0'))
    await expect(run('1.1.0')).rejects.toBe(killed)
  })

  test('leaves nothing installed', async () => {
    expect(await said()).toBe('NOT_INSTALLED, NOT_INSTALLED')
  })
})

test('what is begun over another is noted also where it was begun before', async () => {
  await expect(run('1.0.0')).rejects.toBe(killed)
  await expect(run('1.1.0')).rejects.toBe(killed)
  await expect(run('1.0.0', true)).rejects.toBe(killed)
  expect(await installedBundle(cluster)).toMatchObject({ name: 'sample', version: '1.0.0', begun: true })
})

test('an install that is killed before it changes any data stands in the way of none', async () => {
  host = { ...host, runtime: { ...runtime, import: () => Promise.reject(killed) } }
  await expect(run('1.1.0')).rejects.toBe(killed)
  expect(await installedBundle(cluster)).toBeUndefined()
})
