/** What the charts of bundles/sandbox render to, as far as rights go by it, at the site of the tests. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RightsOf } from '../../src/site/rights/index.ts'

const file = join(import.meta.dirname, '..', 'fixtures', 'rights', 'sandbox-objects.json')

/** The rights' premises, kept as they were rendered. */
export async function sampleRights(grants: RightsOf['grants'] = 'escalate'): Promise<RightsOf> {
  const rendered = JSON.parse(await readFile(file, 'utf8'))
  const site = {
    metadata: { name: 'sandbox' },
    database: {
      host: 'postgres-cluster-rw.databases.svc',
      admin: { namespace: 'databases', name: 'postgres-superuser' },
    },
    dragonfly: {
      host: 'dragonfly.databases.svc',
      password: { namespace: 'databases', name: 'dragonfly-auth' },
    },
  }
  return { ...rendered, site, grants } as RightsOf
}
