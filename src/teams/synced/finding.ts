import * as z from 'zod'
import { conditionsOf } from '../../kernel/owned/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'

/** An object that is not what it is called. No value of a secret is in it. */
export const findingShape = z.strictObject({
  /** `ExternalSecret talent-mesh/db-credentials`. */
  object: z.string(),
  /** What External Secrets Operator says of it, such as `SecretSynced`. */
  says: z.string(),
  /** What is so. */
  is: z.string(),
  /** What to do. */
  remedy: z.string(),
})
export type Finding = z.infer<typeof findingShape>

/** What came of looking at something: what is not so, and what only takes its time. */
export interface Found {
  readonly findings: readonly Finding[]
  /** What differs and is to be right by itself, with the time. */
  readonly waiting: readonly Finding[]
}

/** `Kind namespace/name`. */
export function nameOf({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
}

/** What External Secrets Operator says of an object, in one word. */
export function saysOf(object: KubernetesObject): string {
  const ready = conditionsOf(object).find(({ type }) => type === 'Ready')
  return ready === undefined ? 'nothing' : (ready.reason ?? `Ready=${ready.status}`)
}
