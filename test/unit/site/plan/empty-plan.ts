import type { InstallPlan } from '../../../../src/site/plan/index.ts'

const digest = `sha256:${'0'.repeat(64)}` as const

/** A plan that changes nothing. */
export const emptyPlan: InstallPlan = {
  apiVersion: 'sealift.dev/v1',
  kind: 'Plan',
  load: 'containerd',
  madeAt: '2026-11-30T02:00:00.000Z',
  bundle: { name: 'sample', version: '1.0.0', digest },
  site: { name: 'bank-prod', digest },
  kubernetes: { version: 'v1.35.4', cluster: 'a' },
  equal: false,
  ...{
    releases: [],
    objects: [],
    nodes: [],
    database: [],
    infisical: [],
    files: [],
    unknown: [],
    refused: [],
  },
}
