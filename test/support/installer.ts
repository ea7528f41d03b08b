/** The account that Sealift is given on a test's cluster in the place of an administrator's: its rights are what a test binds. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RbacResult } from '../../src/site/verbs/rbac.ts'
import { watchedNamespace } from './cluster/audit.ts'
import type { TestCluster } from './cluster/index.ts'
import { sealiftJson } from './road.ts'

const account = `${watchedNamespace}:sealift`
/** Name of the binding to everything, and of the Roles that `rbac` prints: of no name that the tests look for. */
const [everything, printed] = ['change-window-all', 'change-window']
const verbs =
  'install,upgrade,preflight,plan,facts,check,record,budget,status,backup,restore,remove,purge,keys,rotate,audit,tenancy,stores,ci,migrate'

/**
 * Makes the account, which may do everything until it is given what `rbac` prints, and writes a kubeconfig with a token of
 * it, as the README has it; gives its path.
 */
export async function makeInstaller(cluster: TestCluster): Promise<string> {
  await cluster.kubectl(['create', 'namespace', watchedNamespace])
  await cluster.kubectl(['-n', watchedNamespace, 'create', 'serviceaccount', 'sealift'])
  await asAdministrator(cluster)
  const token = await cluster.kubectl(['-n', watchedNamespace, 'create', 'token', 'sealift', '--duration=8h'])
  const admin = await cluster.kubectl(['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json'])
  const config = JSON.parse(admin)
  config.users[0].user = { token: token.trim() }
  const path = join(cluster.dir, 'installer.kubeconfig')
  await writeFile(path, JSON.stringify(config), { mode: 0o600 })
  return path
}

/** Lets the account do everything. */
export async function asAdministrator(cluster: TestCluster): Promise<void> {
  const words = ['create', 'clusterrolebinding', everything, '--clusterrole=cluster-admin']
  await cluster.kubectl([...words, `--serviceaccount=${account}`])
}

/** Lets the account do what `rbac` prints for these verbs, and nothing else. */
export async function asPrinted(cluster: TestCluster, bundle: string, siteFile: string): Promise<void> {
  const words = ['rbac', bundle, '-c', siteFile, '--for', verbs, '--name', printed]
  const { json } = await sealiftJson<RbacResult>(words)
  const objects = json.objects.map(object => JSON.stringify(object)).join('\n---\n')
  await cluster.kubectl(['apply', '--server-side', '-f', '-'], objects)
  await cluster.kubectl(['delete', 'clusterrolebinding', everything, '--ignore-not-found'])
}
