import { adminSecretName, keysSecretName } from '../../kernel/access/index.ts'
import {
  findInfisical,
  joined,
  markSystem,
  type Rule,
  reachInfisical,
  readRecords,
  restart,
  underLease,
  writeSecrets,
} from '../../kernel/rights/index.ts'
import { check, install, purge, remove, status } from './installing.ts'
import { facts, loadThroughCluster, plan, preflight } from './looking.ts'
import type { RightsOf } from './needs.ts'
import { makeOperated, reachServices } from './services.ts'

type Needs = (of: RightsOf) => readonly Rule[]

/** Each verb of the site, as the command line has it, with what it needs. `remove --purge` is a verb of its own here. */
const needs = {
  install,
  check,
  status,
  preflight,
  plan,
  facts,
  /** Beside `install` or `check`, where images go through the cluster. */
  'load cluster': loadThroughCluster,
  remove,
  purge,
  'keys escrow': of => [...underLease(), ...readRecords(of), ...findInfisical(of)],
  'keys restore': of => [
    ...[...underLease(), ...readRecords(of), ...findInfisical(of)],
    ...[...markSystem(), ...writeSecrets(of, keysSecretName)],
  ],
  'rotate admin': of => [
    ...[...underLease(), ...readRecords(of), ...findInfisical(of), ...reachInfisical(of)],
    ...writeSecrets(of, adminSecretName),
  ],
  'rotate ca': of => changedEnvironment(of),
  'rotate database': of => [...changedEnvironment(of), ...makeOperated(of, 'get list create patch')],
  'audit verify': of => readRecords(of),
} as const satisfies Readonly<Record<string, Needs>>

/** A verb of the site whose rights are known. */
export type SiteVerb = keyof typeof needs

/** All of them. */
export const siteVerbs = Object.keys(needs) as readonly SiteVerb[]

/** The fewest rules with which an account can run these verbs. */
export function neededRules(verbs: readonly SiteVerb[], of: RightsOf): Rule[] {
  return joined(verbs.flatMap(verb => needs[verb](of)))
}

/** Another environment for Infisical's pods, which start anew with it. */
function changedEnvironment(of: RightsOf): Rule[] {
  return [
    ...[...underLease(), ...readRecords(of), ...findInfisical(of), ...reachServices(of)],
    ...[...writeSecrets(of, keysSecretName), ...restart(of)],
  ]
}
