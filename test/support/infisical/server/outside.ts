import { promises as dns, type LookupAddress } from 'node:dns'
import { request } from 'node:https'
import { isIP, isIPv4, type LookupFunction } from 'node:net'
import type { Config } from './env.ts'
import { badRequest } from './errors.ts'

/** An address may have a port behind it, where STAND_IN_HOSTS says so. */
const isPrivate = (address: string) =>
  isIPv4(address.replace(/:\d+$/, ''))
    ? /^(0|10|127|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254)\./.test(address)
    : /^(::1?$|f[cd]|fe80)/i.test(address)

/**
 * The address of a host that the server is told to ask. Only private ones are found, by the name's last part or in
 * STAND_IN_HOSTS: a disconnected server finds no others either. @throws Error that is a plain 500, as the real one's
 */
async function addressOf(host: string, { standIn }: Config): Promise<string> {
  const known = isIP(host) ? host : standIn.hosts[host]
  if (known !== undefined) return known
  const inCluster = /\.(svc|local)$/.test(host)
  const found: LookupAddress | undefined = inCluster ? await dns.lookup(host) : undefined
  if (found === undefined) throw new Error(`getaddrinfo ENOTFOUND ${host}`)
  return found.address
}

/**
 * Refuses what the server must not be led to: localhost always, private addresses unless it may. Gives the address.
 * @throws ApiError 400, and Error where the name is not found
 */
export async function allowedAddress(url: string, config: Config): Promise<string> {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  if (host === 'localhost') throw badRequest('Local IPs not allowed as URL')
  const address = await addressOf(host, config)
  if (isPrivate(address) && !config.allowInternal) throw badRequest('Local IPs not allowed as URL')
  return address
}

/** One GET of JSON over TLS that is verified, with `ca` where there is one. @throws Error of whatever goes wrong */
export async function fetchOutside(url: string, ca: string, config: Config): Promise<unknown> {
  const address = await allowedAddress(url, config)
  const family = isIPv4(address) ? 4 : 6
  const lookup: LookupFunction = (_, options, done) =>
    options.all ? done(null, [{ address, family }]) : done(null, address, family)
  const trust = ca === '' ? {} : { ca }
  const text = await new Promise<string>((resolve, reject) => {
    const options = { lookup, agent: false, signal: AbortSignal.timeout(10_000), ...trust } as const
    const sent = request(url, options, async response => {
      const chunks: Buffer[] = await response.toArray().catch(() => [])
      if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString())
      else reject(new Error(`Request failed with status code ${response.statusCode}`))
    })
    sent.on('error', reject).end()
  })
  return JSON.parse(text)
}
