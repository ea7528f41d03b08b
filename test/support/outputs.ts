/** What each verb prints with `--json`, by its name: made into JSON Schemas, and held to in every test that runs one. */
import * as z from 'zod'
import { signed } from '../../src/bundle/opening/signature.ts'
import type { JsonError } from '../../src/cli/base-command.ts'
import { completion } from '../../src/cli/completion/index.ts'
import { runsExported } from '../../src/kernel/history/index.ts'
import { carried } from '../../src/seal/carrier/index.ts'
import { diffResult } from '../../src/seal/diff/index.ts'
import { budgetExplained } from '../../src/seal/verbs/budget-explain.ts'
import { buildResult } from '../../src/seal/verbs/build/index.ts'
import { imagesOutput, inspection } from '../../src/seal/verbs/inspect.ts'
import { madeKey } from '../../src/seal/verbs/keys-new.ts'
import { lockOutput } from '../../src/seal/verbs/lock.ts'
import { mergeResult } from '../../src/seal/verbs/merge.ts'
import { sbomOutput } from '../../src/seal/verbs/sbom.ts'
import { verified } from '../../src/seal/verbs/verify.ts'
import { preflightResult } from '../../src/site/preflight/index.ts'
import { auditVerified } from '../../src/site/verbs/audit-verify.ts'
import { backedUp } from '../../src/site/verbs/backup.ts'
import { fitResult } from '../../src/site/verbs/budget-fit.ts'
import { checkResult } from '../../src/site/verbs/check/index.ts'
import { factsResult } from '../../src/site/verbs/facts.ts'
import {
  installResult,
  planResult,
  rollbackResult,
  upgradeResult,
} from '../../src/site/verbs/install/index.ts'
import { escrowed } from '../../src/site/verbs/keys-escrow.ts'
import { restored } from '../../src/site/verbs/keys-restore.ts'
import { rbacResult } from '../../src/site/verbs/rbac.ts'
import { siteReceipt } from '../../src/site/verbs/receipt.ts'
import { removeResult } from '../../src/site/verbs/remove/index.ts'
import { rehearsedBackup, restoredBackup } from '../../src/site/verbs/restore.ts'
import { rotatedAdmin } from '../../src/site/verbs/rotate-admin.ts'
import { rotatedCa } from '../../src/site/verbs/rotate-ca.ts'
import { rotatedDatabase } from '../../src/site/verbs/rotate-database.ts'
import { statusResult } from '../../src/site/verbs/status.ts'
import { auditExported } from '../../src/teams/verbs/audit-export.ts'
import { ciTried } from '../../src/teams/verbs/ci-try.ts'
import { ciWorkflow } from '../../src/teams/verbs/ci-workflow.ts'
import { migrated } from '../../src/teams/verbs/migrate-sops/index.ts'
import { storesMigrated } from '../../src/teams/verbs/migrate-stores/index.ts'
import { dueSecrets } from '../../src/teams/verbs/rotate-due.ts'
import { rotatedSecrets } from '../../src/teams/verbs/rotate-secret.ts'
import { rotatedStores } from '../../src/teams/verbs/rotate-stores.ts'
import { storesApplied } from '../../src/teams/verbs/stores-apply/index.ts'
import { storesCheck } from '../../src/teams/verbs/stores-check.ts'
import { storesPlan } from '../../src/teams/verbs/stores-plan.ts'
import { tenancyApplied } from '../../src/teams/verbs/tenancy-apply/index.ts'
import { tenancyPlan } from '../../src/teams/verbs/tenancy-plan.ts'

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
  'audit-export': z.union([auditExported, runsExported]),
  'audit-verify': auditVerified.extend({ error: error.optional() }),
  backup: backedUp,
  'budget-explain': budgetExplained,
  'budget-fit': fitResult.extend({ error: error.optional() }),
  build: buildResult,
  carry: carried,
  check: checkResult.extend({ error: error.optional() }),
  'ci-try': ciTried.extend({ error: error.optional() }),
  'ci-workflow': ciWorkflow,
  completion,
  diff: diffResult,
  facts: factsResult,
  failure,
  images: imagesOutput,
  inspect: inspection,
  install: installResult,
  'keys-escrow': escrowed,
  'keys-new': madeKey,
  'keys-restore': restored,
  lock: lockOutput,
  merge: mergeResult,
  'migrate-sops': migrated.extend({ error: error.optional() }),
  'migrate-stores': storesMigrated.extend({ error: error.optional() }),
  preflight: preflightResult.extend({ error: error.optional() }),
  receipt: siteReceipt,
  plan: planResult.extend({ error: error.optional() }),
  rbac: rbacResult,
  remove: removeResult,
  rollback: rollbackResult,
  restore: z.union([restoredBackup, rehearsedBackup]),
  'rotate-admin': rotatedAdmin,
  'rotate-ca': rotatedCa,
  'rotate-database': rotatedDatabase,
  'rotate-due': dueSecrets.extend({ error: error.optional() }),
  'rotate-secret': rotatedSecrets.extend({ error: error.optional() }),
  'rotate-stores': rotatedStores.extend({ error: error.optional() }),
  sbom: sbomOutput,
  sign: signed,
  status: z.discriminatedUnion('state', [
    statusResult.options[0],
    ...statusResult.options.slice(1).map(state => state.extend({ error: error.optional() })),
  ]),
  'stores-apply': storesApplied.extend({ error: error.optional() }),
  'stores-check': storesCheck.extend({ error: error.optional() }),
  'stores-plan': storesPlan.extend({ error: error.optional() }),
  'tenancy-apply': tenancyApplied.extend({ error: error.optional() }),
  'tenancy-plan': tenancyPlan.extend({ error: error.optional() }),
  upgrade: upgradeResult,
  verify: verified,
} as const satisfies Readonly<Record<string, z.ZodType>>

/** Holds what a command printed with `--json` to its shape. @throws Error that names the fields that do not fit */
export function requireOutput([verb = '', topic]: readonly string[], stdout: string): void {
  const name = (
    ['audit', 'budget', 'ci', 'keys', 'migrate', 'rotate', 'stores', 'tenancy'].includes(verb)
      ? `${verb}-${topic}`
      : verb
  ) as keyof typeof outputs
  const printed: unknown = JSON.parse(stdout)
  if (failure.safeParse(printed).success) return
  const result = outputs[name].safeParse(printed)
  if (!result.success) throw new Error(`sealift ${verb} --json: ${z.prettifyError(result.error)}`)
}
