/** What holds of a server whose secrets are given anew and audited, whichever it is: each step goes on from those before it. */
import { describe, expect, it } from 'vitest'
import { type InfisicalSession, Secret, type SecretPlace } from '../../../src/kernel/ports/index.ts'
import { rejection } from '../../unit/site/wire/memory.ts'

/** Registers the contract's tests. `open` gives the session of a server without a licence, and the id of an empty project. */
export function auditContract(
  name: string,
  open: () => { readonly session: InfisicalSession; readonly projectId: string },
): void {
  const place = (path: string, environment = 'prod'): SecretPlace => ({
    projectId: open().projectId,
    ...{ environment, path },
  })
  const put = (path: string, key: string, value: string) =>
    open().session.putSecret(place(path), key, new Secret(value))
  const read = async (path: string, key: string) => (await open().session.secret(place(path), key))?.reveal()
  const ages = (environment = 'prod') => open().session.rotation.ages(open().projectId, environment)
  const together = (path: string, values: Readonly<Record<string, string>>) =>
    open().session.rotation.putTogether(
      place(path),
      Object.fromEntries(Object.entries(values).map(([key, value]) => [key, new Secret(value)])),
    )

  describe(`rotation: ${name}`, () => {
    it('an environment without secrets has no ages', async () => {
      expect(await ages()).toEqual([])
    })

    it('every secret of an environment has one, in whatever folder, and those of others have not', async () => {
      await put('/', 'TOP', 'a')
      await put('/db', 'DB_USER', 'app')
      await put('/db', 'PASSWORD', 'old')
      const found = (await ages()).map(({ path, name }) => `${path} ${name}`)
      expect(found.toSorted()).toEqual(['/ TOP', '/db DB_USER', '/db PASSWORD'])
      expect(await ages('dev')).toEqual([])
    })

    it('several are changed together', async () => {
      await together('/db', { DB_USER: 'app_b', PASSWORD: 'new' })
      expect([await read('/db', 'DB_USER'), await read('/db', 'PASSWORD')]).toEqual(['app_b', 'new'])
    })

    it('or none, where one is not there', async () => {
      const { message } = await rejection(together('/db', { PASSWORD: 'newer', ABSENT: 'anything' }))
      expect(message).toMatch(/404.*Secret does not exist: ABSENT in path \/db/)
      expect([await read('/db', 'PASSWORD'), await read('/db', 'ABSENT')]).toEqual(['new', undefined])
    })
  })

  describe(`audit: ${name}`, () => {
    it('without a licence there is neither an audit log nor a rotation', async () => {
      const features = await open().session.audit.features()
      expect(features).toEqual({ auditLogs: false, auditLogsRetentionDays: 0, secretRotation: false })
      const page = { from: new Date(0), to: new Date(86_400_000), offset: 0, limit: 1000 }
      expect(await open().session.audit.events(page)).toEqual([])
    })
  })
}
