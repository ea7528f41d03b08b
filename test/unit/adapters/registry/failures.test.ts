import { expect, test } from 'vitest'
import { withoutSecret } from '../../../../src/adapters/registry/failures.ts'
import { Secret } from '../../../../src/kernel/ports/index.ts'

test.each([
  ['a bearer token', { authorization: new Secret('Bearer to/ken') }, 'to/ken'],
  [
    'a password, as it is and as it is sent',
    { authorization: new Secret('Basic bWU6czNjcmV0') },
    'bWU6czNjcmV0 s3cret',
  ],
  [
    'a refresh token, as it is and as it is sent',
    { form: new URLSearchParams({ refresh_token: 'a/b+c' }) },
    'a/b+c a%2Fb%2Bc',
  ],
])('a server that repeats %s does not make it known', (_, sent, repeated) => {
  const shown = withoutSecret(`bad request: ${repeated}.`, { authorization: undefined, ...sent })
  expect(shown).toBe(`bad request: ${repeated.replaceAll(/[^ ]+/g, '[secret]')}.`)
})

test('a server that repeats the query of an address does not show it', () => {
  const url = new URL('https://host.test/charts/index.yaml?sv=2025&sig=a%2Fbcdefghi%3D')
  for (const repeated of ['sv=2025&sig=a%2Fbcdefghi%3D', 'a/bcdefghi=', 'a%2Fbcdefghi%3D']) {
    const shown = withoutSecret(`not allowed: ${repeated}.`, { authorization: undefined, url })
    expect(shown).toBe('not allowed: [secret].')
  }
})
