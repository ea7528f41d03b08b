import { expect } from 'vitest'
import type { Step } from './recording.ts'

/** The bodies of which the recording keeps nothing but the length: made again, and held to that. */
export function longBody(step: Step, projectId: string): unknown {
  const { name, request } = step
  const place = { projectId, environment: 'prod', secretPath: '/' }
  const count = Number(/^batch create (\d+)$/.exec(name)?.[1] ?? 0)
  const secrets = Array.from({ length: count }, (_, i) => ({
    secretKey: `B${count}_${i}`,
    secretValue: `value ${i}`,
  }))
  const length = name === 'secret K64' ? 65_536 : 1_048_000
  const body =
    count > 0 ? { ...place, secrets } : { ...place, secretValue: 'x'.repeat(length), type: 'shared' }
  expect(`(${JSON.stringify(body).length} bytes)`).toBe(request?.body)
  return body
}
