import { expect } from 'vitest'
import { jwtClaims } from './oidc-claims.ts'
import type { Step } from './recording.ts'
import { ciPublicKey, ciToken, type Hooks } from './replay.ts'

/** The bodies of which the recording keeps nothing but the length: made again, and held to that. */
function longBody(step: Step, projectId: string): unknown {
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

/** What the recording about teams, CI and reruns does not say, or leaves out. */
export function teamsHooks(): Hooks {
  let projectId = ''
  return {
    bearer: ({ name }, tokens) => (/^(identity:|read as ESO)/.test(name) ? tokens.identity : tokens.user),
    body(step, body) {
      projectId = (body as { projectId?: string } | null)?.projectId ?? projectId
      if (typeof body === 'string') return longBody(step, projectId)
      const { name } = step
      if (name === 'attach JWT auth, static keys') return { ...(body as object), publicKeys: [ciPublicKey] }
      const claims = jwtClaims[name]
      if (claims === undefined) return body
      return { ...(body as object), jwt: ciToken(claims, name.endsWith('expired') ? -60 : 600) }
    },
  }
}
