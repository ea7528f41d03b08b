import { expect, test } from 'vitest'
import { lookOf } from '../../../../src/teams/looking/index.ts'
import { placeIn, sourceAt } from '../../../../src/teams/looking/wanted.ts'
import { tenancyOf } from '../tenancy/tenancies.ts'

test.each([
  [{ project: 'talent-mesh', environment: 'prod', path: '/' }, '/talent-mesh/prod'],
  [{ project: 'a-b-c', environment: 'x', path: '/db/primary' }, '/a-b-c/x/db/primary'],
])('%j lies at %s, and that is it', (source, place) => {
  expect(placeIn(source)).toBe(place)
  expect(sourceAt(place)).toEqual(source)
})

test.each(['/', '/talent-mesh'])('%s is the place of no folder', place => {
  expect(sourceAt(place)).toBeUndefined()
})

test('a file of another layout looks into nothing; without `into` all that it has is looked into', () => {
  const projects = [{ slug: 'talent-mesh', environments: ['dev', 'prod'] }]
  const stores = { layout: 'store-per-environment', serve: [] }
  expect(lookOf(tenancyOf({ projects }))).toBeUndefined()
  expect(lookOf(tenancyOf({ projects, stores }))).toBeUndefined()
  expect(lookOf(tenancyOf({ projects, stores: { layout: 'one-store' } }))).toEqual({
    ...{ project: 'platform-view', environment: 'all', expandSecretReferences: false },
    into: [{ project: 'talent-mesh', environments: ['dev', 'prod'] }],
  })
})
