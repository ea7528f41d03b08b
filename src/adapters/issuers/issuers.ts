import { type LookupAddress, lookup } from 'node:dns'
import { request } from 'node:https'
import { BlockList, isIPv6, type LookupFunction } from 'node:net'
import * as z from 'zod'
import { messageOf, printable, systemCode } from '../../kernel/errors/index.ts'
import type { IssuerAnswer, Issuers } from '../../kernel/ports/index.ts'

const timeout = 10_000
const maximumBody = 1024 * 1024

// OpenID Connect Discovery 1.0, section 3, and RFC 7517, section 5.
const discoveryDocument = z.object({
  issuer: z.string(),
  jwks_uri: z
    .url({ protocol: /^https$/ })
    .refine(url => URL.parse(url)?.hostname !== 'localhost', 'the server never asks localhost'),
})
const keySet = z.object({ keys: z.array(z.unknown()).min(1) })

// RFC 1918, 6598, 3927, 4193, 4291: what the server calls internal.
const internal = new BlockList()
for (const [net, bits] of [
  ...(['0.0.0.0/8', '10.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'] as const),
  ...(['192.168.0.0/16', '100.64.0.0/10'] as const),
].map(text => text.split('/')))
  internal.addSubnet(net ?? '', Number(bits), 'ipv4')
for (const [net, bits] of ['::/127', 'fc00::/7', 'fe80::/10'].map(text => text.split('/')))
  internal.addSubnet(net ?? '', Number(bits), 'ipv6')

/** Whether an IP address belongs to a private network, to this machine or to this link. */
export function isPrivateAddress(address: string): boolean {
  return internal.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** Issuers as this machine reaches them; `resolve` is how names become addresses. */
export function createIssuers(resolve: LookupFunction = lookup): Issuers {
  return {
    async ask(discovery, ca, signal): Promise<IssuerAnswer> {
      let asked = `${discovery}/.well-known/openid-configuration`
      try {
        const document = await fetchJson(asked, ca, resolve, signal)
        const { issuer, jwks_uri } = held(document.body, discoveryDocument)
        asked = jwks_uri
        const keys = await fetchJson(jwks_uri, ca, resolve, signal)
        held(keys.body, keySet)
        return { reached: true, issuer, isPrivate: document.isPrivate || keys.isPrivate }
      } catch (error) {
        signal.throwIfAborted()
        return { reached: false, why: `${printable(asked)} could not be fetched (${reason(error)})` }
      }
    },
  }
}

function reason(error: unknown): string {
  const [code, said] = [systemCode(error), printable(messageOf(error), 200)]
  return code === undefined || said.includes(code) || said === '' ? said || String(code) : `${said}, ${code}`
}

/** What was answered as a shape has it. @throws Error that says what it is not */
function held<T>(body: unknown, shape: z.ZodType<T>): T {
  const read = shape.safeParse(body)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new Error(`the answer is none: ${issue?.path.join('.')}: ${issue?.message}`)
}

/** One GET of JSON; redirects are not followed. @throws Error when there is no answer of 200, or none in time */
async function fetchJson(
  url: string,
  ca: string,
  resolve: LookupFunction,
  signal: AbortSignal,
): Promise<{ body: unknown; isPrivate: boolean }> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(timeout)])
  let address = ''
  const noted: LookupFunction = (host, options, done) =>
    resolve(host, options, (error, found, family) => {
      address = typeof found === 'string' ? found : firstOf(found)
      done(error, found, family)
    })
  const text = await new Promise<string>((done, reject) => {
    const options = { lookup: noted, signal: within, agent: false, ...(ca === '' ? {} : { ca }) } as const
    const sent = request(url, { ...options, headers: { accept: 'application/json' } }, response => {
      address ||= response.socket.remoteAddress ?? ''
      if (response.statusCode !== 200) {
        sent.destroy()
        reject(new Error(`status ${response.statusCode}`))
        return
      }
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size > maximumBody) sent.destroy(new Error('the answer is larger than 1 MiB'))
      })
      response.on('end', () => done(Buffer.concat(chunks).toString('utf8')))
      response.on('error', reject)
    })
    sent.on('error', error =>
      reject(within.aborted && !signal.aborted ? new Error('no answer in 10 s') : error),
    )
    sent.end()
  })
  try {
    return { body: JSON.parse(text), isPrivate: address !== '' && isPrivateAddress(address) }
  } catch {
    // The parser's own words would quote the answer.
    throw new Error('the answer is no JSON')
  }
}

const firstOf = (found: readonly LookupAddress[] | undefined) => found?.[0]?.address ?? ''
