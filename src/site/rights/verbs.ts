import { adminSecretName, keysSecretName, systemNamespace } from '../../kernel/access/index.ts'
import { kinds } from '../../kernel/ports/index.ts'
import {
  allow,
  findInfisical,
  joined,
  markSystem,
  type Rule,
  reachInfisical,
  readHistory,
  readRecords,
  restart,
  underLease,
  writeSecrets,
} from '../../kernel/rights/index.ts'
import { pause, readForBackup, stop } from './backup.ts'
import { check, install, purge, remove, status } from './installing.ts'
import { budgetFit, facts, loadThroughCluster, plan, preflight, reachNodes, receipt } from './looking.ts'
import { measure } from './measure.ts'
import type { RightsOf } from './needs.ts'
import { releaseFinalizers, storeAnew, takeReleases } from './releases.ts'
import { makeOperated, reachServices, runAtDatabase } from './services.ts'

type Needs = (of: RightsOf) => readonly Rule[]

/** Each verb of the site, as the command line has it, with what it needs. `remove --purge` is a verb of its own here. */
const needs = {
  install: of => [...install(of), ...reachNodes(of)],
  /** What an install and a backup may, objects stored anew, its pods ended, and what a way back deletes of what the newer release has brought. */
  upgrade: of => [
    ...[...install(of), ...reachNodes(of), ...storeAnew(of, 'list patch'), ...readForBackup(of)],
    ...[...restart(of), ...stop(of), ...takeReleases(of), ...releaseFinalizers()],
  ],
  rollback: of => [
    ...[...install(of), ...reachNodes(of), ...restart(of), ...stop(of)],
    ...[...takeReleases(of), ...releaseFinalizers()],
  ],
  check: of => [...check(of), ...reachNodes(of)],
  /** `check --repair`, beside `check`: what it mends it notes, in the receipt and the journal. */
  repair: of => [...underLease(), ...readRecords(of), ...ownJournal(), ...reachNodes(of)],
  /** Beside `check` for `--record`, beside `install` and `upgrade`: what pods really use, and the history of the budget. */
  record: of => [ownHistory(), ...measure(of)],
  'budget fit': budgetFit,
  status,
  preflight: of => [...preflight(of), ...reachNodes(of)],
  plan: of => [...plan(of), ...reachNodes(of)],
  facts,
  receipt,
  /** Beside verbs that bring or see images, where these go through the cluster and the site file does not say so. */
  'load cluster': loadThroughCluster,
  remove,
  purge: of => [...purge(of), ...reachNodes(of)],
  'keys escrow': of => [...underLease(), ...readRecords(of), ...findInfisical(of)],
  'keys restore': of => [
    ...[...underLease(), ...readRecords(of), ...findInfisical(of)],
    ...[...markSystem(), ...writeSecrets(of, keysSecretName)],
  ],
  backup: of => [...underLease(), ...readRecords(of), ...findInfisical(of), ...readForBackup(of)],
  restore: of => [
    ...[
      ...underLease(),
      ...readRecords(of),
      ...findInfisical(of),
      ...reachServices(of),
      ...runAtDatabase(of),
    ],
    ...[...markSystem(), ...writeSecrets(of, keysSecretName), ...restart(of), ...pause(of)],
    ...makeOperated(of, 'get list create patch'),
  ],
  'rotate admin': of => [
    ...[...underLease(), ...readRecords(of), ...findInfisical(of), ...reachInfisical(of)],
    ...writeSecrets(of, adminSecretName),
  ],
  'rotate ca': of => changedEnvironment(of),
  'rotate database': of => [...changedEnvironment(of), ...makeOperated(of, 'get list create patch')],
  'audit verify': of => [...readRecords(of), ...readHistory()],
} as const satisfies Readonly<Record<string, Needs>>

/** A verb of the site whose rights are known. */
export type SiteVerb = keyof typeof needs

/** All of them. */
export const siteVerbs = Object.keys(needs) as readonly SiteVerb[]

/** The fewest rules with which an account can run these verbs. */
export function neededRules(verbs: readonly SiteVerb[], of: RightsOf): Rule[] {
  return joined(verbs.flatMap(verb => needs[verb](of)))
}

/** The journal, written. */
function ownJournal(): Rule[] {
  return [allow(kinds.secret, 'get create patch', { namespace: systemNamespace, names: ['sealift-journal'] })]
}

/** What was observed of the budget, written. */
function ownHistory(): Rule {
  return allow(kinds.configMap, 'get create patch', { namespace: systemNamespace, names: ['sealift-budget'] })
}

/** Another environment for Infisical's pods, which start anew with it. */
function changedEnvironment(of: RightsOf): Rule[] {
  return [
    ...[...underLease(), ...readRecords(of), ...findInfisical(of), ...reachServices(of)],
    ...[...writeSecrets(of, keysSecretName), ...restart(of)],
  ]
}
