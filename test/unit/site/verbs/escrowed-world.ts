/** A whole site in memory that is installed, with a full database, for tests of its keys and their escrow. */
import { parseSite } from '../../../../src/kernel/inputs/index.ts'
import { kinds, type SiteHost } from '../../../../src/kernel/ports/index.ts'
import type { InstallResult } from '../../../../src/site/verbs/install/index.ts'
import { escrowKeys } from '../../../../src/site/verbs/keys-escrow.ts'
import { restoreKeys } from '../../../../src/site/verbs/keys-restore.ts'
import { recordedTalk } from '../../../support/recorded-talk.ts'
import { newIdentity, nobodyAsked } from '../wire/escrow/escrows.ts'
import { secretIn, sessionOf } from '../wire/memory.ts'
import { installOn } from './memory-site.ts'
import { type MemoryWorld, memoryWorld } from './memory-world.ts'

const places = ['demo', 'sealift-system'] as const

/** What a test may look at and change. */
export interface EscrowedWorld extends MemoryWorld {
  readonly host: SiteHost
  readonly recipient: string
  /** What PostgreSQL answers; `mark` is the database's comment. */
  readonly answers: Record<string, unknown>
  install(): Promise<InstallResult>
  /** Adds lines to the site file. */
  say(more: string): Promise<void>
  escrow(
    output?: string,
    to?: readonly string[],
    confirm?: (path: string) => Promise<void>,
  ): ReturnType<typeof escrowKeys>
  restore(file?: string, identity?: string): ReturnType<typeof restoreKeys>
  /** The keys' Secret in both places, with the annotations. */
  secrets(): Promise<unknown>
  /** The keys in clear. */
  keys(): Promise<readonly string[]>
  lose(...from: readonly (typeof places)[number][]): Promise<void>
}

/** Installs a site; identity.txt opens what its recipient is given. */
export async function escrowedWorld(base?: MemoryWorld): Promise<EscrowedWorld> {
  const world = base ?? (await memoryWorld())
  const { cluster } = world
  const answers: Record<string, unknown> = {
    ...{ number: 160004, version: '16.4', encoding: 'UTF8', maximum: 100, reserved: 3, used: 10 },
    ...{ tables: 0, infisical: false },
  }
  const host: SiteHost = { ...world.host, database: { open: async () => sessionOf(answers) } }
  const { identity, recipient } = await newIdentity()
  await host.files.write('identity.txt', `# mine\n${identity.reveal()}\n`, 0o600)
  const site = async () => parseSite(await host.files.readText('site.yaml'), 'site.yaml')
  return {
    ...{ ...world, host, recipient, answers },
    async install() {
      const result = (await installOn(host, '1.0.0')) as InstallResult
      Object.assign(answers, { tables: 9, infisical: true })
      return result
    },
    async say(more) {
      const text = await host.files.readText('site.yaml')
      await host.files.write('site.yaml', `${text.replace(/^escrow: none$/m, '')}\n${more}\n`)
    },
    async escrow(output = 'x.age', to = [recipient], confirm = unasked) {
      return escrowKeys({ site: await site(), to, output }, host, recordedTalk(), confirm)
    },
    async restore(file = 'x.age', identity = 'identity.txt') {
      return restoreKeys({ site: await site(), file, identity }, host, recordedTalk(), nobodyAsked)
    },
    async secrets() {
      const found = places.map(place => cluster.get(kinds.secret, 'infisical-secrets', place))
      return (await Promise.all(found)).map(object => ({
        data: object?.['data'],
        labels: object?.metadata.labels,
        annotations: object?.metadata.annotations ?? {},
      }))
    },
    async keys() {
      const { ENCRYPTION_KEY = '', AUTH_SECRET = '' } =
        (await secretIn(cluster, 'demo', 'infisical-secrets')) ?? {}
      return [ENCRYPTION_KEY, AUTH_SECRET]
    },
    async lose(...from) {
      for (const place of from.length > 0 ? from : places)
        await cluster.delete(kinds.secret, 'infisical-secrets', place)
    },
  }
}

const unasked = () => Promise.reject(new Error('a confirmation was asked for'))
