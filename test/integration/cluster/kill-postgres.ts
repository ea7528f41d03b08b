import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cgroupPids } from '../../support/cluster/cgroup.ts'
import type { TestCluster } from '../../support/cluster/index.ts'

/**
 * Kills the process of a failing site's PostgreSQL, by its id, as a crash would; its pod starts another one.
 * @throws Error where there is none
 */
export async function killPostgres({ dir, netns }: TestCluster): Promise<void> {
  const [own = ''] = (await readFile(join(dir, 'postgres', 'pgdata', 'postmaster.pid'), 'utf8')).split('\n')
  let killed = 0
  for (const pid of await cgroupPids(netns)) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    // Its id in its file is the container's, which is the last of those that it has.
    const ids = /^NSpid:\t(.*)$/m.exec(status)?.[1]?.split('\t') ?? []
    if (!/^Name:\tpostgres$/m.test(status) || ids.length < 2 || ids.at(-1) !== own) continue
    process.kill(pid, 'SIGKILL')
    killed += 1
  }
  if (killed !== 1) throw new Error(`${killed} processes are PostgreSQL's own`)
}
