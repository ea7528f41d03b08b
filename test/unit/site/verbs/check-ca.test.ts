import { expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { selfSigned } from '../../../support/certificate.ts'
import { smallDefinitions } from '../../../support/cloudnativepg/definitions.ts'
import { clusterObjects, operatedSite } from '../../../support/cloudnativepg/setting.ts'
import { secretIn } from '../wire/memory.ts'
import { smallSite } from '../wire/sites.ts'
import { checkSite } from './check-site.ts'

// The clock is at 1 January 2026.
const ca = selfSigned('ca', [], '20260330').cert
const given = smallSite.replace(
  'database:\n',
  'database:\n  tls: verify-full\n  ca: { namespace: databases, name: postgres-cluster-ca, key: ca.crt }\n',
)

async function siteWithCa(copied: string) {
  const site = await checkSite()
  for (const object of [...smallDefinitions(), ...clusterObjects(ca, 'apps-own')])
    await site.cluster.apply(object)
  const values = await secretIn(site.cluster, 'infisical', 'infisical-secrets')
  const DB_ROOT_CERT = Buffer.from(copied).toString('base64')
  await site.cluster.apply(secretObject('infisical', 'infisical-secrets', { ...values, DB_ROOT_CERT }))
  const verdict = async (text: string) =>
    (await site.run(text)).verdicts.find(({ id }) => id === 'postgresql/ca')
  return { ...site, verdict }
}

test.each([
  ['the operator’s', operatedSite],
  ['that of the site file', given],
])('check compares the copy of the CA with %s', async (_, text) => {
  const same = await siteWithCa(ca)
  expect(await same.verdict(text)).toEqual({
    id: 'postgresql/ca',
    ok: true,
    message: 'Infisical’s pods have it as it is; it ends on 2026-03-30, in 88 days',
  })
  const other = await siteWithCa(selfSigned('ca', [], '20260106').cert)
  expect(await other.verdict(text)).toMatchObject({ ok: false, hint: 'run: sealift rotate ca' })
  const { ok } = await other.run(text)
  expect(ok).toBe(false)
})

test('check says where the CA lies no more, and asks the rest all the same', async () => {
  const site = await siteWithCa(ca)
  await site.cluster.delete(kinds.secret, 'postgres-cluster-ca', 'databases')
  expect(await site.verdict(operatedSite)).toMatchObject({
    ok: false,
    message: 'database.ca: there is no Secret databases/postgres-cluster-ca',
  })
  const { verdicts } = await site.run(operatedSite)
  expect(verdicts.find(({ id }) => id.startsWith('postgresql/postgres'))).toMatchObject({ ok: true })
})

test('check says nothing of a CA where the pods have none', async () => {
  const site = await checkSite()
  expect((await site.run()).verdicts.filter(({ id }) => id.includes('/ca'))).toEqual([])
})
