/** Sealift's stand-in for Infisical's server: see README.md. Run as `node main.ts`, or bundled into one file. */
import { userInfo } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { openPool } from './database.ts'
import { type Config, readEnvironment } from './env.ts'
import { openKms } from './kms.ts'
import { log } from './log.ts'
import { migrate } from './migrations.ts'
import { openQueues } from './queue.ts'
import { openRecorded } from './recorded.ts'
import { serve } from './router.ts'
import { routes } from './routes/index.ts'

process.stdout.write("This is Sealift's stand-in for Infisical's server, for tests and demos only\n")

/** Touched memory that is never freed, so that the kubelet sees it used. */
const held: Buffer[] = []

async function start(config: Config): Promise<void> {
  // The real server asks for its user as well and dies where the uid is not in /etc/passwd.
  log.info(`Running as ${userInfo().username}`)
  for (let i = 0; i < config.standIn.holdMib; i++) held.push(Buffer.alloc(1024 * 1024, 1 + (i % 255)))
  await sleep(config.standIn.bootSeconds * 1000)

  const db = openPool(config.databaseUri, config.databaseCa)
  await migrate(db, config.standIn, log)
  const kms = await openKms(db, config.encryptionKey)
  const queues = await openQueues(config.redisUrl, config.standIn.redisConnections, log)
  const server = serve(routes({ config, db, kms, queues }), openRecorded(), log)

  // Only now: whoever gets an answer may rely on a migrated database.
  server.listen(config.port, config.host, () => {
    const address = server.address()
    log.info(
      `Server listening on ${typeof address === 'object' ? `${address?.address}:${address?.port}` : address}`,
    )
  })

  stop = () => {
    server.close(() => {
      queues.close()
      void db.close().then(() => process.exit(0))
    })
    server.closeIdleConnections()
    // Nor is a connection kept by what is answered from now on.
    server.keepAliveTimeout = 1
  }
}

// From the first moment: as PID 1 of a container a process without a handler ignores the signal.
let stop: () => void = () => process.exit(0)
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    log.info(`${signal}: stopping`)
    stop()
  })
}

const config = readEnvironment(process.env)
if ('encryptionKey' in config) {
  start(config).catch((error: unknown) => {
    const { message, code } = error as Error & { code?: string }
    log.error(`Boot failed: ${message || code}`)
    process.exit(1)
  })
} else {
  log.error('Invalid environment variables. Check the error below')
  process.stderr.write(`${JSON.stringify(config, null, 2)}\n`)
  process.exit(-1)
}
