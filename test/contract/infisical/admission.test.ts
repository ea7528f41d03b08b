/** The model behind `ci try` against a real server's recorded logins: what it says is what the server said. */
import { expect, test } from 'vitest'
import type { Login } from '../../../src/kernel/ports/index.ts'
import { admission } from '../../../src/teams/ci/index.ts'
import { jwtClaims, oidcClaims } from './oidc-claims.ts'
import { stepsOf } from './recording.ts'

const recorded = (recording: string, attach: string): Login => {
  const body = stepsOf(recording).find(({ name }) => name === attach)?.request?.body as Record<string, string>
  const list = (text = '') => (text === '' ? [] : text.split(', '))
  const claims = Object.entries(body['boundClaims'] ?? {}).map(([name, text]) => [name, list(text)] as const)
  return {
    ...{ kind: 'oidc', discovery: '', ca: '', ttl: 1, maxTtl: 1 },
    ...{ issuer: body['boundIssuer'] ?? '', subject: body['boundSubject'] ?? '' },
    ...{ audiences: list(body['boundAudiences']), claims: Object.fromEntries(claims) },
  }
}

test.each([
  ['2026-07-oidc', 'attach with CA', oidcClaims],
  ['2026-07-teams', 'attach JWT auth, static keys', jwtClaims],
] as const)('every login of %s', (recording, attach, claims) => {
  const login = recorded(recording, attach)
  const logins = stepsOf(recording).filter(({ request }) =>
    /(oidc|jwt)-auth\/login$/.test(request?.path ?? ''),
  )
  expect(logins.map(({ name }) => name)).toEqual(Object.keys(claims))
  for (const { name, status } of logins) {
    const { admitted, rule } = admission(login, { iss: login.issuer, ...claims[name] })
    // Times are not the model's matter.
    const expected = name.endsWith('expired') ? true : status === 200
    expect(admitted, `${name}: ${rule}`).toBe(expected)
  }
})
