/** A person at the site who types what the README says: in the folder with site.yaml, with sops and its key at hand. */
import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Finished } from '../support/road.ts'
import type { RealSops } from '../support/sops.ts'
import type { Journey } from './journey.ts'

/** Text that is like no other. */
export const random = () => randomBytes(12).toString('hex')

/** What the person has at hand: the site, where sops is, and the team's ExternalSecret that makes `db-credentials`. */
export class Typist {
  readonly journey: Journey
  private readonly sops: RealSops | undefined

  constructor(journey: Journey, sops?: RealSops) {
    this.journey = journey
    this.sops = sops
  }

  /** Path of a file in the folder. */
  file(name: string): string {
    return join(this.journey.site.dir, name)
  }

  /** Runs a command of the README, without `sealift` itself. */
  run(command: readonly string[] = [], ...more: string[]): Promise<Finished> {
    const { site } = this.journey
    const sops = this.sops && {
      ...{ PATH: `${dirname(this.sops.program)}:${process.env['PATH']}`, ...this.sops.environment },
    }
    return this.journey.run([...command, ...more], { inside: site.cluster, cwd: site.dir, env: sops ?? {} })
  }

  async json<T>(command: readonly string[] = [], ...more: string[]): Promise<T & { exitCode: number }> {
    const { exitCode, stdout } = await this.run(command, ...more, '--json')
    return { ...(JSON.parse(stdout) as T), exitCode }
  }

  apply(text: string): Promise<string> {
    return this.journey.site.cluster.kubectl(['apply', '-f', '-'], text)
  }

  /** Writes POSTGRES_PASSWORD of production, as a team does in the web UI. */
  async put(value: string): Promise<void> {
    const program = join(import.meta.dirname, 'as-team.ts')
    const { cluster } = this.journey.site
    const words = [program, cluster.kubeconfig, 'talent-mesh', 'prod', '/', 'POSTGRES_PASSWORD']
    await cluster.exec(process.execPath, words, { input: value })
  }

  /** What the Secret that the ExternalSecret makes has. */
  async secret(): Promise<string> {
    const words = '-n talent-mesh get secret db-credentials --ignore-not-found -o jsonpath={.data.password}'
    return Buffer.from(await this.journey.kubectl(words), 'base64').toString()
  }

  sync(): Promise<string> {
    const words = '-n talent-mesh annotate externalsecret talent-mesh-db-credentials --overwrite'
    return this.journey.kubectl(words, `force-sync=${random()}`)
  }

  /** Asks until it is so. @throws Error with what the ExternalSecrets say when it is not in a minute */
  async until(isSo: () => Promise<boolean>): Promise<void> {
    for (let round = 0; round < 120; round++) {
      if (await isSo()) return
      await sleep(500)
    }
    throw new Error(await this.journey.kubectl('-n talent-mesh get externalsecrets -o yaml'))
  }

  /** Sees a new value come all the way from the web UI. */
  async seesChange(): Promise<void> {
    const value = random()
    await this.put(value)
    await this.sync()
    await this.until(async () => (await this.secret()) === value)
  }
}
