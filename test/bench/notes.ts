/** What has to be known to read the results. */
import { execa } from 'execa'
import { helmVersion } from '../support/connected/index.ts'
import { goTool } from '../support/tools/build.ts'
import type { Lazy } from './lazy.ts'
import type { TrialName } from './trials.ts'

/** Sentences about how it was measured, fit for the trials that were run. */
export async function notes(names: readonly TrialName[], lazy: Lazy): Promise<string[]> {
  const has = (name: TrialName) => names.includes(name)
  const version = async (...[command = '', ...args]: string[]) =>
    (await execa(command, args, { reject: false })).stdout.split('\n')[0] ?? ''
  return [
    'Every program runs whole, from start to end. What was written before is synced before each starts; what it makes is deleted before. The page cache is warm: what the registry sends is in memory.',
    `The bundle carries more than the peers fetch: helm ${helmVersion} (about 20 MB), spec, lock and chart. That counts against us, not for us; the limit reads helm as well.`,
    'All of them check every digest. Sealift also syncs the file before it gives it its name; crane, skopeo and tar do not sync. The rows "synced" add a sync of the tar to theirs.',
    ...(has('crane')
      ? [
          `Theirs: ${await version('skopeo', '--version')}, crane ${await craneVersion()}, ${await version('tar', '--version')}.`,
        ]
      : []),
    ...(has('sealift')
      ? [
          'Bytes written are those that all processes gave to write calls, or the pages that they dirtied, whichever is more.',
        ]
      : []),
    ...(has('link')
      ? [
          `The link is ${(await lazy.link()).how}. Counted are the blob bytes that the registry sent, over the whole time of the process.`,
        ]
      : []),
    ...(has('tenancy')
      ? [
          'A tenancy is made on the stand-in for Infisical’s server, with the code that `tenancy apply` uses, in a process of its own: new projects each time. A real server takes longer for each request.',
        ]
      : []),
    ...(has('migrate')
      ? [
          'Secrets are brought to the same stand-in, with the code that `migrate sops` uses once sops has decrypted: look, write, read back, compare; the other way reads nothing back. On a real server one secret was seen to take 85 ms, and a thousand at once 1.1 s.',
        ]
      : []),
    ...(has('load')
      ? [
          'Loading is measured with a real containerd and the code that install uses, in one process: verify (which reads the file once), then load. The rest of install is not in its memory.',
        ]
      : []),
    ...(has('copyInside')
      ? [
          'The database is a real PostgreSQL’s, with fsync, and its bytes cannot be compressed; copying and going back are the code of `upgrade` in a process of its own, start and end included.',
        ]
      : []),
    ...(has('backup')
      ? [
          'Archives are of what a program prints for a dump, through a websocket as an API server speaks it; a rehearsal reads the whole file twice.',
        ]
      : []),
    'Memory is the largest resident set of a process, file pages of programs included.',
  ]
}

async function craneVersion(): Promise<string> {
  const { stdout } = await execa('go', ['version', '-m', await goTool('crane')], { reject: false })
  return /^\s+(?:mod|dep)\s+github\.com\/google\/go-containerregistry\s+(\S+)/m.exec(stdout)?.[1] ?? ''
}
