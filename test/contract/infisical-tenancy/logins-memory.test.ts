import { memoryTenancy } from '../../support/memory-tenancy.ts'
import { loginsContract } from './logins-contract.ts'

const server = memoryTenancy()
server.logins.unknownHosts.add('nowhere.invalid')
const issuer = { url: 'https://ghe.bank/_services/token', ca: 'a CA', publicKey: 'a key' }
loginsContract('in memory', () => ({ server, logins: server.logins, issuer }))
