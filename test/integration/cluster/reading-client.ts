/** A client that reads one secret from Infisical ten times a second, in a process inside the site, until its standard input ends. */
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/** What became of the reads. */
export interface Reads {
  readonly all: number
  /** Those that had no answer within three seconds, or another than 200. */
  readonly failed: number
  /** The longest time between two answers, in seconds. */
  readonly longestGap: number
}

/** A server, its admin, and the project whose secret `name` in environment `prod` is read. */
export interface Wanted {
  readonly url: string
  readonly email: string
  readonly password: string
  readonly organizationId: string
  readonly project: string
  readonly name: string
}

async function call(url: string, token: string, body?: unknown): Promise<Record<string, unknown>> {
  const authorization = token === '' ? {} : { authorization: `Bearer ${token}` }
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const headers = { 'content-type': 'application/json', ...authorization }
  const answer = await fetch(url, { headers, ...sent, signal: AbortSignal.timeout(3000) })
  if (!answer.ok) throw new Error(`${answer.status} of ${url}`)
  return (await answer.json()) as Record<string, unknown>
}

/** Logs in as the admin; gives the read. */
async function reader({ url, email, password, organizationId, project, name }: Wanted) {
  const first = await call(`${url}/api/v3/auth/login`, '', { email, password })
  const choose = `${url}/api/v3/auth/select-organization`
  const { token } = await call(choose, String(first['accessToken']), { organizationId })
  const { id } = await call(`${url}/api/v1/projects/slug/${project}`, String(token))
  const place = new URLSearchParams({ workspaceId: String(id), environment: 'prod', secretPath: '/' })
  return () => call(`${url}/api/v3/secrets/raw/${name}?${place}`, String(token))
}

if (import.meta.main) {
  const input = createInterface({ input: process.stdin })
  const [given] = (await once(input, 'line')) as [string]
  const read = await reader(JSON.parse(given))
  let over = false
  input.on('close', () => {
    over = true
  })
  process.stdout.write('reading\n')
  let [all, failed, longestGap, answered] = [0, 0, 0, performance.now()]
  while (!over) {
    const next = sleep(100)
    const answers = await read().then(
      () => true,
      () => false,
    )
    const now = performance.now()
    longestGap = Math.max(longestGap, (now - answered) / 1000)
    all += 1
    if (answers) answered = now
    else failed += 1
    await next
  }
  process.stdout.write(JSON.stringify({ all, failed, longestGap } satisfies Reads))
}
