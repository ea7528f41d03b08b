/** What backup-child.ts does with the database of a site, whose cluster is in memory, by the code that the verbs use. */
import { createPodPrograms } from '../../src/adapters/cluster/index.ts'
import { Secret } from '../../src/kernel/ports/index.ts'
import { rehearseBackup, writeBackup } from '../../src/site/backup/index.ts'
import { goBack, takeSnapshot } from '../../src/site/snapshot/index.ts'
import { makeKeys, ownDatabase, servicesOf, storedKeys } from '../../src/site/wire/index.ts'
import { hostOf, record, site, toServer } from '../integration/backup/site.ts'
import { recordedTalk } from '../support/recorded-talk.ts'

/** What it is told. */
export interface Given {
  readonly server: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly password: string
  }
  /** As Infisical's pods see it. */
  readonly uri: string
  /** Where archives are, and who opens them. */
  readonly folder: string
  readonly path: string
  readonly identity: string
  readonly recipient: string
  /** Of a server that runs programs, and the folder that has them. */
  readonly kubeconfig: string
  readonly programs: string
}

/** The programs by their paths, whatever the machine has on PATH. */
function programs(given: Given) {
  const real = createPodPrograms({ kubeconfig: given.kubeconfig, environment: {} }, Object(undefined))
  const placed = (word: string) => (/^pg_(dump|restore)$/.test(word) ? `${given.programs}/${word}` : word)
  const behindService = async (namespace: string, service: string, port: number) => ({
    ...{ namespace, pod: `${service}-0`, container: 'main', port },
  })
  const run: typeof real.run = (place, command, streams) => real.run(place, command.map(placed), streams)
  return toServer({ behindService, run }, given.server.port)
}

/** One site's, in whichever process: what one writes another rehearses. */
const keys = makeKeys({ bytes: length => new Uint8Array(length).fill(1) })

/** Does one thing, `copy`, `back`, `write` or `rehearse`, and gives what came of it. */
export async function work(how: string, given: Given): Promise<unknown> {
  const { folder, path, recipient } = given
  const host = await hostOf(given.server, programs(given))
  await record(host.cluster, keys, new Secret(given.uri))
  const services = servicesOf(site, host, 'infisical')
  const own = await ownDatabase(services, await storedKeys(host.cluster, 'infisical'))
  const watch = { signal: new AbortController().signal, say: () => {} }
  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    copy: () => takeSnapshot(services, own, { id: 'bench', about: 'a measurement' }, watch),
    back: () => goBack(services, own, { id: 'bench', at: new Date().toISOString() }, watch),
    write: () =>
      writeBackup({ site, folder, recipients: [recipient], version: '1.0.0' }, host, recordedTalk()),
    rehearse: () =>
      rehearseBackup({ site, path, identities: [new Secret(given.identity)] }, host, recordedTalk()),
  }
  const way = ways[how]
  if (way === undefined) throw new Error(`nobody knows how to ${how}`)
  return await way()
}
