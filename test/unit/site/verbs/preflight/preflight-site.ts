/** A site in memory, and what a preflight asks of it beside. */
import { readSite } from '../../../../../src/kernel/inputs/site-file.ts'
import type { Talk } from '../../../../../src/kernel/ports/index.ts'
import type { PreflightResult } from '../../../../../src/site/preflight/index.ts'
import { preflight } from '../../../../../src/site/verbs/preflight/index.ts'
import { type MemoryLooks, memoryLooks, memoryNames } from '../../../../support/memory-looks.ts'
import { outputs } from '../../../../support/outputs.ts'
import { recordedTalk } from '../../../../support/recorded-talk.ts'
import type { Version } from '../memory-site.ts'
import { type MemoryWorld, memoryWorld } from '../memory-world.ts'

/** A world with looks. */
export interface PreflightWorld extends MemoryWorld {
  readonly looks: MemoryLooks
  names: Record<string, readonly string[]>
  /** Text that is added to the site file. */
  more: string
}

export async function preflightWorld(): Promise<PreflightWorld> {
  const looks = memoryLooks()
  return { ...(await memoryWorld()), looks, names: {}, more: '' }
}

/** Looks at a world, with what is allowed; the result is held to its schema. */
export async function lookAt(
  world: PreflightWorld,
  given: { version?: Version; bundle?: string; unsigned?: boolean; talk?: Talk } = {},
): Promise<PreflightResult> {
  const { host, looks, names, more } = world
  const text = await host.files.readText('site.yaml')
  await host.files.write('looked.yaml', Buffer.from(`${text}${more}`))
  const { site } = await readSite('looked.yaml', host.files)
  const { version = '1.0.0', unsigned = true, talk = recordedTalk() } = given
  const allow = { unsigned, downgrade: false, anySite: false, takeOver: false }
  const bundle = given.bundle ?? `${version}.tar`
  const result = await preflight({ bundle, site, allow }, { ...host, looks, names: memoryNames(names) }, talk)
  return outputs.preflight.parse(JSON.parse(JSON.stringify(result)))
}

/** How each check ended, by its id. */
export function outcomes({ checks }: PreflightResult): Record<string, string> {
  return Object.fromEntries(checks.map(({ id, result }) => [id, result]))
}

/** One check by its id. */
export function checkOf({ checks }: PreflightResult, id: string) {
  return checks.find(check => check.id === id)
}
