import type { Rule } from './rule.ts'

/** One call of the API, as RBAC judges it; without a name for a list and for what is made under a name of no matter. */
export interface Call extends Omit<Rule, 'verbs' | 'names'> {
  readonly verb: string
  readonly name?: string
}

/** Whether one of the rules allows a call (rbac/v1 evaluation helpers: a rule with names allows no call without one). */
export function covers(rules: readonly Rule[], call: Call): boolean {
  return rules.some(
    rule =>
      has(rule.apiGroup, call.apiGroup) &&
      has(rule.resource, call.resource) &&
      (rule.subresource ?? '') === (call.subresource ?? '') &&
      rule.verbs.some(verb => has(verb, call.verb)) &&
      (rule.namespace === undefined || rule.namespace === call.namespace) &&
      (rule.names === undefined || rule.names.includes(call.name ?? '')),
  )
}

const has = (allowed: string, asked: string) => allowed === '*' || allowed === asked
