/**
 * A program for inside the cluster's network: writes a secret into a project as a team would in the web UI, through the
 * API. `node as-team.ts KUBECONFIG PROJECT ENVIRONMENT PATH NAME`, the value on standard input.
 */
import { text } from 'node:stream/consumers'
import { clock } from '../../src/adapters/clock.ts'
import { createCluster } from '../../src/adapters/cluster/index.ts'
import { createInfisical } from '../../src/adapters/infisical/index.ts'
import { adminSession, withInfisical } from '../../src/kernel/access/index.ts'
import { type Infisical, Secret } from '../../src/kernel/ports/index.ts'

const [kubeconfig = '', slug = '', environment = '', path = '', name = ''] = process.argv.slice(2)
const cluster = createCluster({ kubeconfig, environment: {} })
const value = new Secret(await text(process.stdin))

async function write(server: Infisical): Promise<void> {
  const session = await adminSession(cluster, server, 'infisical')
  const projectId = (await session.project(slug))?.id ?? ''
  const place = { projectId, environment, path }
  await session.ensureFolder(place)
  await session.putSecret(place, name, value)
}

const infisical = (baseUrl: string) => createInfisical({ baseUrl, clock })
await withInfisical({ cluster, infisical }, 'infisical', write, { attempts: 20 })
process.exit(0)
