import { count } from '../../kernel/errors/index.ts'
import type { Amount, Verdict } from '../check/index.ts'
import { mostWorkers, refreshCost, type SyncLoad, workersFor } from './syncs.ts'

const id = 'eso/intervals'
/** What Infisical and External Secrets Operator were measured to take at rest, in millicores. */
export const restCpu = 20

/**
 * Whether the intervals of all ExternalSecrets can be kept, and within the CPU of the budget; what cannot is told with what
 * would, and is no fault: secrets arrive, later than they say. */
export function judgeIntervals(load: SyncLoad, budget: Pick<Amount, 'cpu'>): Verdict {
  const { periodic, refreshes, capacity, requests, concurrent } = load
  if (periodic === 0) return { id, ok: true, message: 'no ExternalSecret is refreshed from time to time' }
  const asked = `${count(periodic, 'ExternalSecret')} ask for ${rate(refreshes)} refreshes and ${rate(requests)} requests a second, the shortest every ${span(load.shortest ?? 0)}`
  const late = load.late === undefined ? '' : `; the oldest is ${span(load.late)} beyond its interval now`
  if (refreshes > capacity) {
    const workers = workersFor(load)
    const enough = refreshes <= workers * refreshCost.perWorker
    const average = span(Math.ceil(periodic / (mostWorkers * refreshCost.perWorker * 0.8)))
    return {
      id,
      ok: true,
      message: `${asked}: ${count(concurrent, 'worker')} do about ${rate(capacity)}, so secrets get up to ${span(load.expectedAge ?? 0)} old${late}`,
      hint: enough
        ? `concurrent: ${workers} in the values of External Secrets Operator keeps them; sealift budget fit says what that takes`
        : `no number of workers that was measured keeps them: an interval of ${average} for all would be kept with concurrent: ${mostWorkers}`,
    }
  }
  const message = `${asked}; ${count(concurrent, 'worker')} can do about ${rate(capacity)}${late}`
  if (restCpu + load.cpu <= budget.cpu) return { id, ok: true, message }
  const longer = Math.ceil((refreshes * refreshCost.cpu) / Math.max(1, budget.cpu - restCpu))
  return {
    id,
    ok: true,
    message: `${message}: with ${Math.round(load.cpu)}m for them, Infisical goes over the ${budget.cpu}m of the budget`,
    hint:
      budget.cpu > restCpu
        ? `intervals ${longer} times as long stay within it`
        : 'what runs takes all of it without them: see the table',
  }
}

const rate = (perSecond: number) =>
  String(perSecond < 10 ? Math.round(perSecond * 100) / 100 : Math.round(perSecond))

/** Seconds in words: `45 s`, `7 min`, `2 h`. */
export function span(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 360) / 10} h`
}
