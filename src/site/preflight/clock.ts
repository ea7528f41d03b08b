import { fieldsOf, mappingsOf, textsIn } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import { type Found, fault, notLookedAt, ok, warning } from './found.ts'

// Headers and records count seconds, and an answer takes its time.
const noticed = 30_000
/** From here on logins by time, tokens and fresh certificates are refused by one side or the other. */
const harmful = 300_000

/**
 * Whether two clocks agree. `ahead` is by how many milliseconds `who` is ahead of `whose` clock; behind where it is
 * below 0.
 */
export function judgeClock(ahead: number, who: string, whose: string): Found {
  const apart = Math.abs(ahead)
  if (apart <= noticed) return ok(`${who} and ${whose} agree to ${Math.ceil(apart / 1000)} s`)
  const seen = `${who} is ${spanWords(apart)} ${ahead > 0 ? 'ahead of' : 'behind'} ${whose}`
  const next = 'set the clock that is wrong (timedatectl, chronyc tracking) before anything is made with it'
  if (apart <= harmful) return warning(seen, next)
  return fault(`${seen}: certificates and tokens would not be valid yet, or no longer`, next)
}

/**
 * How far a node's clock is ahead of the API server's, in milliseconds, by its Lease in `kube-node-lease`: kubelet
 * writes its own time into it, and the server notes in `managedFields` when that came (coordination.k8s.io/v1).
 */
export function nodeAhead(lease: KubernetesObject): number | undefined {
  const renewed = Date.parse(textsIn(lease['spec'])['renewTime'] ?? '')
  const writes = mappingsOf(lease.metadata['managedFields']).filter(({ fieldsV1 }) =>
    JSON.stringify(fieldsOf(fieldsV1)).includes('f:renewTime'),
  )
  const noted = Math.max(...writes.map(entry => Date.parse(textsIn(entry)['time'] ?? '')))
  return Number.isFinite(renewed) && Number.isFinite(noted) ? renewed - noted : undefined
}

/** Whether a node's clock and the API server's agree; `lease` is the node's, where it has one. */
export function judgeNodeClock(lease: KubernetesObject | undefined): Found {
  const ahead = lease && nodeAhead(lease)
  if (ahead === undefined)
    return notLookedAt('its Lease in kube-node-lease does not say when it was renewed, and when that came')
  return judgeClock(ahead, "the node's clock", "the API server's")
}

/** A span of time in one unit, `3 min`; of milliseconds. */
export function spanWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}
