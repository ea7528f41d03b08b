/** What holds of the logins of a server's identities, whichever server it is: each step goes on from those before it. */
import { describe, expect, it } from 'vitest'
import type { JwtLogin, LoginServer, OidcLogin, TenancyServer } from '../../../src/kernel/ports/index.ts'
import { sameLogin } from '../../../src/teams/ci/index.ts'
import { rejection } from '../../unit/site/wire/memory.ts'

/** What the contract needs of a server. */
export interface Logins {
  readonly server: TenancyServer
  readonly logins: LoginServer
  /** An issuer that the server can find, with its CA, and a public key. */
  readonly issuer: { readonly url: string; readonly ca: string; readonly publicKey: string }
}

/** Registers the contract's tests. */
export function loginsContract(name: string, open: () => Logins): void {
  const oidc = (changes: Partial<OidcLogin> = {}): OidcLogin => ({
    ...{ kind: 'oidc', issuer: open().issuer.url, discovery: open().issuer.url, ca: open().issuer.ca },
    ...{ audiences: ['sealift', 'other'], subject: 'repo:openova/*', ttl: 900, maxTtl: 900 },
    claims: { repository_owner: ['openova'], ref: ['refs/heads/main', 'refs/heads/release/*'] },
    ...changes,
  })
  const jwt = (): JwtLogin => ({
    ...{ kind: 'jwt', issuer: 'https://ci.bank', keys: [open().issuer.publicKey] },
    ...{ audiences: ['sealift'], subject: '', claims: { group: ['ci'] }, ttl: 3600, maxTtl: 3600 },
  })
  const methods = async (id: string) =>
    (await open().server.identities()).find(identity => identity.id === id)?.authMethods

  describe(`logins by tokens: ${name}`, () => {
    let id = ''

    it('of a new identity there are none', async () => {
      id = await open().server.createIdentity('ci')
      expect(await methods(id)).toEqual([])
    })

    it.each([
      ['oidc', oidc],
      ['jwt', jwt],
    ] as const)('one of %s is attached once, and read as it was given', async (kind, make) => {
      const { logins } = open()
      await logins.attach(id, make())
      expect(await methods(id)).toContain(`${kind}-auth`)
      const found = await logins.get(id, kind)
      expect(sameLogin(found, make()), JSON.stringify(found)).toBe(true)
      expect((await rejection(logins.attach(id, make()))).message).toMatch(/ 400.*already configured/)
    })

    it('one is changed as a whole', async () => {
      const { logins } = open()
      const changed = oidc({
        subject: '',
        claims: { repository_owner: ['other'] },
        ca: '',
        ttl: 60,
        maxTtl: 120,
      })
      await logins.change(id, changed)
      expect(sameLogin(await logins.get(id, 'oidc'), changed)).toBe(true)
      expect(sameLogin(await logins.get(id, 'jwt'), jwt())).toBe(true)
    })

    it('one is taken away, and the other stays', async () => {
      await open().logins.revoke(id, 'oidc')
      expect(await methods(id)).toEqual(['jwt-auth'])
      expect((await rejection(open().logins.get(id, 'oidc'))).message).toMatch(/ 400/)
    })

    it('an issuer that cannot be found is a bare 500, localhost is refused, and nothing is attached', async () => {
      const { logins } = open()
      const nowhere = oidc({ discovery: 'https://nowhere.invalid' })
      expect((await rejection(logins.attach(id, nowhere))).message).toMatch(/ 500.*Something went wrong$/)
      const local = oidc({ discovery: 'https://localhost:1' })
      expect((await rejection(logins.attach(id, local))).message).toMatch(
        / 400.*Local IPs not allowed as URL/,
      )
      expect(await methods(id)).toEqual(['jwt-auth'])
    })
  })
}
