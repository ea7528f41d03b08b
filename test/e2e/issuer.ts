/**
 * A program for inside the cluster's network: an issuer with a CA of its own, as a GitHub Enterprise Server is one.
 * `node issuer.ts ADDRESS` prints its URL, its CA and two tokens, of the main branch and of a pull request from a fork, as
 * one line of JSON, and serves until its standard input ends.
 */
import { startOidcIssuer } from '../support/oidc-issuer.ts'

const [address = '127.0.0.1'] = process.argv.slice(2)
const issuer = await startOidcIssuer({ address, path: '/_services/token' })
const server = new URL(issuer.url).origin
const claims = {
  ...{ aud: `${server}/openova`, repository_owner: 'openova', repository: 'openova/app' },
  ...{ ref: 'refs/heads/main', event_name: 'push', sub: 'repo:openova/app:ref:refs/heads/main' },
}
const pull = { ref: 'refs/pull/1/merge', event_name: 'pull_request', sub: 'repo:openova/app:pull_request' }
const tokens = { main: issuer.token(claims), fork: issuer.token({ ...claims, ...pull }) }
process.stdout.write(`${JSON.stringify({ server, ca: issuer.ca, ...tokens })}\n`)
process.stdin.resume().on('end', () => issuer.stop())
