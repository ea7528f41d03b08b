import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import type { Log } from './log.ts'

/** The server's Redis: one connection to ask, and queues in BullMQ's layout (`bull:<queue>:…`). */
export interface Queues {
  readonly redis: Redis
  /** Adds a job; a worker of this server takes it soon. */
  add(queue: string, data: Readonly<Record<string, unknown>>): Promise<void>
  close(): void
}

// Makes its key names from ARGV and declares none, as BullMQ's scripts do: a Redis that refuses
// undeclared keys (Dragonfly as it comes) cannot run it.
const addJob = `
local id = redis.call('INCR', ARGV[1] .. 'id')
redis.call('HMSET', ARGV[1] .. id, 'name', ARGV[2], 'data', ARGV[3], 'timestamp', ARGV[4])
redis.call('LPUSH', ARGV[1] .. 'wait', id)
redis.call('XADD', ARGV[1] .. 'events', 'MAXLEN', '~', 1000, '*', 'event', 'added', 'jobId', id)
return id`
const addJobSha = createHash('sha1').update(addJob).digest('hex')

const queueName = 'secret-replication'
const prefix = (queue: string) => `bull:${queue}:`

/** Takes jobs one by one until the connection is closed: wait → active → completed. */
async function work(redis: Redis, queue: string): Promise<void> {
  const at = prefix(queue)
  for (;;) {
    const id = await redis.brpoplpush(`${at}wait`, `${at}active`, 5)
    if (id === null) continue
    await redis.hgetall(at + id)
    await redis.multi().zadd(`${at}completed`, Date.now(), id).lrem(`${at}active`, 1, id).exec()
    await redis.zremrangebyrank(`${at}completed`, 0, -101)
    await redis.expire(at + id, 3600)
  }
}

/**
 * Connects `connections` times, as one pod with its some thirty queues does, and proves that scripts with
 * undeclared keys run.
 * @throws Error that says what Redis answered, when it cannot be reached or refuses such a script.
 */
export async function openQueues(url: string, connections: number, log: Log): Promise<Queues> {
  let open = true
  const common = { lazyConnect: true, maxRetriesPerRequest: null, enableReadyCheck: false }
  const clients = Array.from({ length: Math.max(2, connections) }, (_, i) => {
    const retryStrategy = (times: number) => (open && times < 20 ? Math.min(times * 100, 1000) : null)
    const client = new Redis(url, { ...common, connectionName: `bull:stand-in:${i}`, retryStrategy })
    client.on('error', error => open && log.error(`Redis: ${error.message}`))
    return client
  })
  const [redis, worker] = clients as [Redis, Redis]
  const close = () => {
    open = false
    for (const client of clients) client.disconnect()
  }
  try {
    await Promise.all(clients.map(client => client.connect()))
    await redis.ping()
    const info = await redis.info()
    const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1]
    if (policy !== 'noeviction')
      log.info(`IMPORTANT! Eviction policy is ${policy}. It should be "noeviction"`)
    await redis.eval("return redis.call('get', ARGV[1])", 0, `${prefix(queueName)}meta`)
  } catch (error) {
    close()
    throw new Error(`Redis cannot be used: ${(error as Error).message}`, { cause: error })
  }

  const add = async (queue: string, data: Readonly<Record<string, unknown>>) => {
    const args = [prefix(queue), queue, JSON.stringify(data), String(Date.now())]
    try {
      await redis.evalsha(addJobSha, 0, ...args)
    } catch (error) {
      if (!String(error).includes('NOSCRIPT')) throw error
      await redis.eval(addJob, 0, ...args)
    }
  }
  work(worker, queueName).catch(
    error => open && log.error(`Redis: the worker ended: ${(error as Error).message}`),
  )
  return { redis, add, close }
}

/** Tells the queue that a secret changed, as the real server does for replication and events. */
export const secretChanged = (queues: Queues, folderId: string): Promise<void> =>
  queues.add(queueName, { folderId })
