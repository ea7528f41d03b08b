/** What shells offer while somebody types: scripts made of the manifest, which ask nobody, so they work where nothing is. */
import type { Interfaces } from '@oclif/core'
import * as z from 'zod'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import { typedOf } from './model.ts'
import { zshScript } from './zsh.ts'

/** Shells that a script can be made for. */
export const shells = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof shells)[number]

/** A script for a shell. */
export const completion = z.strictObject({ shell: z.enum(shells), script: z.string() })

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript }

/** The script for a shell, of all verbs that a configuration of oclif knows. */
export function completionOf(shell: Shell, config: Interfaces.Config): z.infer<typeof completion> {
  return { shell, script: scripts[shell](typedOf(config)) }
}
