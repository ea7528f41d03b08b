import { afterAll, beforeAll } from 'vitest'
import { type OidcIssuer, startOidcIssuer } from '../../support/oidc-issuer.ts'
import { loginsContract } from './logins-contract.ts'
import { startServers, type TenancyServers } from './servers.ts'

let servers: TenancyServers
let issuer: OidcIssuer
beforeAll(async () => {
  issuer = await startOidcIssuer()
  servers = await startServers({ environment: { ALLOW_INTERNAL_IP_CONNECTIONS: 'true' } })
})
afterAll(async () => {
  await servers.stop()
  await issuer.stop()
})

loginsContract('the client, against the stand-in', () => ({
  ...{ server: servers.session.tenancy, logins: servers.session.logins, issuer },
}))
