/** What a site in memory that is upgraded needs for an archive: pg_dump and pg_restore, and what they ask PostgreSQL. */
import type { PodPrograms } from '../../../../src/kernel/ports/index.ts'
import type { MemoryDatabase } from './upgrade-world.ts'

type Databases = Map<string, MemoryDatabase>
const table = 'secrets'

/** PostgreSQL's own tools in memory: a dump is a line, then a database as JSON. `broken` are those that end with 1. */
export function memoryTools(databases: Databases, broken: ReadonlySet<string>): PodPrograms {
  const tool = async (name: string, words: readonly string[], streams: Parameters<PodPrograms['run']>[2]) => {
    const { input, output } = streams
    if (broken.has(name)) return { code: 1, stdout: '', stderr: `${name}: error: out of memory` }
    if (words[0] === '--version')
      return { code: 0, stdout: `${name} (PostgreSQL) 16.4 (Debian)\n`, stderr: '' }
    const pieces: Uint8Array[] = []
    for await (const bytes of input ?? []) pieces.push(bytes)
    const [database = '', ...flags] = words
    if (name === 'pg_dump') await output?.(Buffer.from(`PGDMP\n${JSON.stringify(databases.get(database))}`))
    else {
      const [, target = ''] = /^--dbname=dbname='(.*)'$/.exec(flags.at(-1) ?? '') ?? []
      const text = Buffer.concat(pieces).toString()
      databases.set(target, JSON.parse(text.slice(text.lastIndexOf('\n') + 1)))
    }
    return { code: 0, stdout: '', stderr: '' }
  }
  return {
    behindService: async (namespace, service, port) => ({
      ...{ namespace, pod: `${service}-0`, container: 'postgres', port },
    }),
    async run(_place, command, streams) {
      const [program = '', ...words] = command
      if (program !== 'sh') return await tool(program, words, streams)
      // sh -c SCRIPT sh HOST PORT MODE CERTIFICATES USER DATABASE TOOL WORDS…
      const [database = '', name = '', ...rest] = command.slice(9)
      return await tool(name, [database, ...rest], streams)
    },
  }
}

/** Answers what is asked of a database for an archive; nothing for any other statement. */
export function archiveAnswers(sql: string, at: MemoryDatabase | undefined, databases: Databases) {
  const [, made] = /^CREATE DATABASE "(.*)" OWNER ".*" TEMPLATE template0/.exec(sql) ?? []
  if (made !== undefined) databases.set(made, { schema: 'older', comment: '' })
  if (made !== undefined) return []
  if (/relkind = 'r'/.test(sql)) return [{ schema: 'public', name: table }]
  if (/count\(\*\)::float8 AS rows/.test(sql)) return [{ rows: at?.written?.length ?? 0 }]
  if (/FROM infisical_migrations WHERE/.test(sql)) {
    const names = at?.schema === 'newer' ? ['1', '2', '3', 'newer'] : ['1', '2', '3']
    return names.map(name => ({ name }))
  }
  if (/to_regclass\('infisical_migrations'\)/.test(sql)) return [{ there: true }]
  if (/NOT i\.indisvalid/.test(sql)) return []
  if (/^SELECT datname AS name FROM/.test(sql)) return [...databases.keys()].map(name => ({ name }))
  return undefined
}
