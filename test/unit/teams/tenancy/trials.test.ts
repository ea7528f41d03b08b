import { expect, test } from 'vitest'
import { trialsOf } from '../../../../src/teams/tenancy/trials.ts'
import { tenancyOf } from './tenancies.ts'

const projects = [
  { slug: 'talent-mesh', environments: ['dev', 'prod'], folders: ['/ci/deploy', '/db'] },
  { slug: 'hr-platform', environments: ['prod'] },
]

function trials(...access: object[]): string[] {
  const tenancy = tenancyOf({ projects, identities: [{ name: 'ci', access }] })
  const [identity] = tenancy.identities ?? []
  return (identity ? trialsOf(identity, tenancy) : []).map(
    ({ project, environment, path, action, may }) =>
      `${may ? 'may' : 'may not'} ${action} ${project}/${environment}${path}`,
  )
}

test('of a folder in one environment: the folder, what is beside it, the other environment', () => {
  expect(trials({ project: 'talent-mesh', environments: ['prod'], read: ['/ci/**'] })).toEqual([
    'may read talent-mesh/prod/ci',
    'may not read talent-mesh/dev/',
    'may not write talent-mesh/dev/',
    'may not read talent-mesh/prod/',
    'may not write talent-mesh/prod/ci',
  ])
})

test('of everything in all projects there is only writing that it may not', () => {
  const all = projects.map(({ slug }) => ({ project: slug, read: ['/**'] }))
  expect(trials(...all)).toEqual([
    'may read talent-mesh/dev/',
    'may not write talent-mesh/dev/',
    'may not write talent-mesh/prod/',
    'may read hr-platform/prod/',
    'may not write hr-platform/prod/',
  ])
})

test('of a folder that the file does not have, that it may is not tried', () => {
  expect(trials({ project: 'hr-platform', read: ['/own'] })).toEqual([
    'may not read hr-platform/prod/',
    'may not write hr-platform/prod/',
  ])
})

test('what it may write it may read, and it is not tried to write there', () => {
  expect(trials({ project: 'hr-platform', write: ['/**'] })).toEqual(['may read hr-platform/prod/'])
})
