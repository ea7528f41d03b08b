/** The moments at which a test kills: a statement on its way, or what a program has written or read so far. */
import type {
  Database,
  DatabaseLogin,
  DatabaseSession,
  PodPrograms,
} from '../../../src/kernel/ports/index.ts'

/** Before a statement is sent, while the server works at it, or when it is done and its answer is lost. */
export type When = 'before' | 'during' | 'after'

/** What ends one that was killed, whatever it is asked for later. */
export const killed = new Error('killed')

/** Statements that change something. */
export const isChange = (sql: string) => /^(CREATE|DROP|ALTER|COMMENT|GRANT|REVOKE|BEGIN|COMMIT)\b/.test(sql)

/** A database port that tells of every statement, and its order among those that `which` knows, before and after it. */
export function watched(
  port: Database,
  which: (sql: string) => boolean,
  at: (n: number, when: When, sql: string) => Promise<void>,
): Database {
  let n = 0
  const session = (real: DatabaseSession): DatabaseSession => ({
    ...real,
    async query(sql, parameters) {
      if (!which(sql)) return await real.query(sql, parameters)
      const mine = n++
      await at(mine, 'before', sql)
      const answer = real.query(sql, parameters)
      // Whoever looks on may make it fail before anybody waits for it.
      answer.catch(() => {})
      await at(mine, 'during', sql)
      const rows = await answer
      await at(mine, 'after', sql)
      return rows
    },
  })
  return { open: async login => session(await port.open(login)) }
}

/** Anything that whoever is killed works with: from then on it does nothing, and its sessions are ended. */
export function mortal<T extends object>(port: T, isDead: () => boolean): T {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...words: unknown[]) => {
        if (isDead()) throw killed
        return value.apply(target, words)
      }
    },
  })
}

/** Programs of which one calls `work` once: when it has given something, or has read `pieces` of what it is given. */
export function atPiece(
  programs: PodPrograms,
  tool: string,
  work: () => Promise<void>,
  pieces = 4,
): PodPrograms {
  return {
    ...programs,
    async run(place, command, streams) {
      if (!command.includes(tool) || command.includes('--version'))
        return await programs.run(place, command, streams)
      let left = 1
      const once = async () => {
        if (left-- > 0) await work()
      }
      const { input, output } = streams
      return await programs.run(place, command, {
        ...streams,
        ...(output && {
          async output(bytes) {
            await once()
            await output(bytes)
          },
        }),
        ...(input && !output && { input: after(input, once, pieces) }),
      })
    },
  }
}

async function* after(input: AsyncIterable<Uint8Array>, work: () => Promise<void>, pieces: number) {
  let n = 0
  for await (const bytes of input) {
    yield bytes
    if (++n === pieces) await work()
  }
}

/** Until a server works at a statement: asked in one session, since a login takes as long as a small copy. */
export async function untilAtWork(database: Database, login: DatabaseLogin, sql: string): Promise<void> {
  const session = await database.open(login)
  const text = `'${sql.replaceAll("'", "''")}'`
  const seen = `SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND starts_with(query, ${text}) AND pid <> pg_backend_pid()`
  for (let n = 0; n < 5_000 && (await session.query(seen)).length === 0; n++);
  await session.close()
}
