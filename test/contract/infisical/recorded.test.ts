/** The stand-in's guard: what it may say is what a real server was heard to say. */
import { describe, expect, test } from 'vitest'
import { openRecorded, recordedRefusals } from '../../support/infisical/server/recorded.ts'
import { stepsOf } from './recording.ts'

const recorded = openRecorded()
const privilege = '/api/v2/identity-project-additional-privilege'
const id = '5c9667c6-b3a9-4889-9a39-eaf010f0ab91'

describe('a refusal that a recording has', () => {
  test.each([
    [
      400,
      'Additional privilege with name sealift-probe-read exists',
      privilege,
      { slug: 'sealift-probe-read' },
    ],
    [400, 'Identity is already a member', `/api/v2/workspace/${id}`, { role: 'member' }],
    [404, "Secret with name 'ANOTHER' not found", '/api/v3/secrets/raw/ANOTHER', undefined],
    [404, 'Secret does not exist: ONE,TWO in path /x/y', '/', { secrets: [{ secretKey: 'ONE' }, 'TWO'] }],
    [404, `Specified roles 'x' was not found in the project with ID '${id}'`, '/', {}],
    [404, 'Route GET:/api/v9/other?a=b not found', '/api/v9/other?a=b', undefined],
    [500, 'Something went wrong', '//', undefined],
  ])('%i %s', (status, message, path, body) => {
    expect(recorded.strange(status, { message }, path, body)).toEqual([])
  })

  test('is each of every recording', () => {
    const all = ['2026-07', '2026-07-teams', '2026-07-cross-project', '2026-07-oidc'].flatMap(stepsOf)
    const refusals = all.filter(({ status = 200 }) => status >= 400)
    expect(refusals.length).toBeGreaterThan(40)
    for (const { status = 0, body, request } of refusals)
      expect(recorded.strange(status, body, request?.path ?? '', request?.body)).toEqual([])
  })
})

test.each([
  ['in other words', 400, 'Additional privilege with provided slug already exists'],
  ['with another status', 404, 'Secret already exists'],
  ['about a name that the request has not', 400, 'Additional privilege with name other exists'],
])('a refusal %s is strange', (_, status, message) => {
  const body = { slug: 'sealift-probe-read' }
  expect(recorded.strange(status, { message }, privilege, body)).toEqual([`${status} ${message}`])
})

test('of several issues only the strange ones are told, also those of a union', () => {
  const issues = [
    { message: 'Required', path: ['a'] },
    { message: 'Invalid input', unionErrors: [{ issues: [{ message: 'Made up' }] }] },
  ]
  expect(recorded.strange(422, { message: issues }, '/', {})).toEqual(['422 Made up'])
})

test('what is kept of the recordings holds nothing of the machine they were made on', () => {
  const texts = recordedRefusals()
  expect(texts.length).toBeGreaterThan(40)
  expect(texts.filter(text => /[0-9a-f]{8}-|openova|talent-mesh|https?:/.test(text))).toEqual([])
})
