/** What each verb prints with `--json`, by its name: made into JSON Schemas, and held to in every test that runs one. */
import * as z from 'zod'
import { signed } from '../../src/bundle/opening/signature.ts'
import type { JsonError } from '../../src/cli/base-command.ts'
import { diffResult } from '../../src/diff/index.ts'
import { buildResult } from '../../src/workflows/build.ts'
import { checkResult } from '../../src/workflows/check.ts'
import { imagesOutput, inspection } from '../../src/workflows/inspect.ts'
import { installResult } from '../../src/workflows/install.ts'
import { madeKey } from '../../src/workflows/keys-new.ts'
import { lockOutput } from '../../src/workflows/lock.ts'
import { mergeResult } from '../../src/workflows/merge.ts'
import { removeResult } from '../../src/workflows/remove.ts'
import { sbomOutput } from '../../src/workflows/sbom.ts'
import { statusResult } from '../../src/workflows/status.ts'
import { verified } from '../../src/workflows/verify.ts'

const error = z.strictObject({
  /** Its name, `LOCK_DRIFT`; README's table has the exit codes. */
  code: z.string(),
  message: z.string(),
  exit: z.number(),
  hints: z.array(z.string()),
  faults: z.array(z.string()),
})
const failure = z.strictObject({ error }) satisfies z.ZodType<JsonError>

/** By verb; `failure` is what any of them prints when it fails. */
export const outputs = {
  build: buildResult,
  check: checkResult.extend({ error: error.optional() }),
  diff: diffResult,
  failure,
  images: imagesOutput,
  inspect: inspection,
  install: installResult,
  'keys-new': madeKey,
  lock: lockOutput,
  merge: mergeResult,
  remove: removeResult,
  sbom: sbomOutput,
  sign: signed,
  status: z.discriminatedUnion('state', [
    statusResult.options[0],
    ...statusResult.options.slice(1).map(state => state.extend({ error: error.optional() })),
  ]),
  verify: verified,
} as const satisfies Readonly<Record<string, z.ZodType>>

/** Holds what a command printed with `--json` to its shape. @throws Error that names the fields that do not fit */
export function requireOutput([verb = '', topic]: readonly string[], stdout: string): void {
  const name = (verb === 'keys' ? `keys-${topic}` : verb) as keyof typeof outputs
  const printed: unknown = JSON.parse(stdout)
  if (failure.safeParse(printed).success) return
  const result = outputs[name].safeParse(printed)
  if (!result.success) throw new Error(`sealift ${verb} --json: ${z.prettifyError(result.error)}`)
}
