import { expect, it } from 'vitest'
import { parseChallenges } from '../../../../src/adapters/registry/challenge.ts'

it.each([
  [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
    [
      {
        scheme: 'bearer',
        parameters: {
          realm: 'https://auth.docker.io/token',
          service: 'registry.docker.io',
          scope: 'repository:a/b:pull,push',
        },
      },
    ],
  ],
  ['Basic realm="one, two"', [{ scheme: 'basic', parameters: { realm: 'one, two' } }]],
  ['BASIC Realm=plain', [{ scheme: 'basic', parameters: { realm: 'plain' } }]],
  [String.raw`Basic realm="say \"hi\", all"`, [{ scheme: 'basic', parameters: { realm: 'say "hi", all' } }]],
  [
    'Negotiate, Basic realm="a" , Bearer realm = "b", service=c',
    [
      { scheme: 'negotiate', parameters: {} },
      { scheme: 'basic', parameters: { realm: 'a' } },
      { scheme: 'bearer', parameters: { realm: 'b', service: 'c' } },
    ],
  ],
  ['', []],
  ['"no scheme"', []],
])('reads %s', (value, challenges) => {
  expect(parseChallenges(value)).toEqual(challenges)
})

it('reads a hostile header in linear time', () => {
  expect(parseChallenges(`Bearer ${'a="\\'.repeat(20_000)}`)).toHaveLength(1)
})
