import { parseTenancy, type Tenancy } from '../../../../src/kernel/tenancy-file/index.ts'

/** A tenancy of `openova` with these fields, as its file would have them. */
export function tenancyOf(fields: object): Tenancy {
  const file = { apiVersion: 'sealift.dev/v1', kind: 'Tenancy', organization: 'openova', ...fields }
  return parseTenancy(JSON.stringify(file), 'tenancy.yaml')
}

/** The decision's projects. */
export const decided = () =>
  tenancyOf({
    projects: [
      { slug: 'talent-mesh', environments: ['dev', 'staging', 'prod'] },
      { slug: 'hr-platform', environments: ['dev', 'prod'], description: 'HR' },
      {
        slug: 'platform-shared',
        environments: ['dev', 'staging', 'prod', 'dr'],
        folders: ['/databases', '/databases/primary', '/monitoring', '/certificates'],
        deleteProtection: true,
      },
    ],
  })

/** Projects of three environments with ten folders each, three of which come with another. */
export const large = (projects: number) =>
  tenancyOf({
    projects: Array.from({ length: projects }, (_, i) => ({
      slug: `team-${i}`,
      environments: ['dev', 'staging', 'prod'],
      folders: [
        '/db',
        '/db/primary',
        '/db/replica',
        '/ci',
        '/ci/deploy',
        '/tls',
        '/tls/edge',
        '/mail',
        '/api',
        '/jobs',
      ],
    })),
  })
