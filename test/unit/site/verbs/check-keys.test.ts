/** What `check` says of the escrow of the keys. */
import { beforeEach, expect, test } from 'vitest'
import { kinds } from '../../../../src/kernel/ports/index.ts'
import { noteEscrow } from '../../../../src/site/wire/keys/index.ts'
import { secretObject } from '../../../../src/site/wire/secrets.ts'
import { smallSite } from '../wire/sites.ts'
import { type CheckSite, checkSite } from './check-site.ts'

let site: CheckSite
beforeEach(async () => {
  site = await checkSite()
})

const recipient = `age1${'q'.repeat(58)}`
const wanting = `${smallSite}escrow: [${recipient}]\n`
const verdict = async (text = smallSite) =>
  (await site.run(text)).verdicts.find(({ id }) => id === 'keys/escrow')

test('none is told, and a fault only where the site file wants one', async () => {
  expect(await verdict()).toMatchObject({ ok: true, hint: expect.stringContaining('sealift keys escrow') })
  expect(await verdict(`${smallSite}escrow: none\n`)).toEqual({
    ...{ id: 'keys/escrow', ok: true },
    message: 'the keys (c32b-a79d-cd0a-a618) are in no escrow, as the site file says',
  })
  expect(Object.keys(await site.bad(wanting))).toEqual(['keys/escrow'])
})

test('one that fits is told; one of other keys is a fault, and no sync rests on it', async () => {
  const escrow = { recipients: [recipient], madeAt: '2026-11-29T00:00:00.000Z', file: '' }
  await noteEscrow(site.cluster, { ...escrow, fingerprint: 'c32b-a79d-cd0a-a618' })
  expect(await verdict(wanting)).toMatchObject({
    ok: true,
    message: 'the keys (c32b-a79d-cd0a-a618) are in escrow, made 2026-11-29T00:00:00.000Z for 1 recipient',
  })
  await noteEscrow(site.cluster, { ...escrow, fingerprint: '0000-1111-2222-3333' })
  expect(await site.bad()).toEqual({
    'keys/escrow':
      'the keys (c32b-a79d-cd0a-a618) are in no escrow: the one on record, made 2026-11-29T00:00:00.000Z for 1 recipient, is of others (0000-1111-2222-3333)',
  })
})

test('keys that are lost are told once', async () => {
  const secret = await site.cluster.get(kinds.secret, 'infisical-secrets', 'infisical')
  const { ENCRYPTION_KEY: _, ...data } = Object(secret?.['data'])
  await site.cluster.delete(kinds.secret, 'infisical-secrets', 'infisical')
  await site.cluster.apply({ ...secretObject('infisical', 'infisical-secrets', {}), data })
  const bad = await site.bad()
  expect(bad['secret/infisical-secrets']).toBe('Secret infisical/infisical-secrets has lost its keys')
  expect(bad).not.toHaveProperty('keys/escrow')
})
