/** The account that Sealift is given on a test's cluster in the place of an administrator's: its rights are what a test binds. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { watchedNamespace } from './cluster/audit.ts'
import type { TestCluster } from './cluster/index.ts'

/** Its name as `--subject` wants it. */
export const installerSubject = `serviceaccount:${watchedNamespace}/sealift`

/** Makes the account, and writes a kubeconfig with a token of it, as the README has it; gives its path. */
export async function makeInstaller(
  cluster: Pick<TestCluster, 'kubectl' | 'kubeconfig'>,
  dir: string,
): Promise<string> {
  await cluster.kubectl(['create', 'namespace', watchedNamespace])
  await cluster.kubectl(['-n', watchedNamespace, 'create', 'serviceaccount', 'sealift'])
  const token = await cluster.kubectl(['-n', watchedNamespace, 'create', 'token', 'sealift', '--duration=8h'])
  const admin = await cluster.kubectl(['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json'])
  const config = JSON.parse(admin)
  config.users[0].user = { token: token.trim() }
  const path = join(dir, 'installer.kubeconfig')
  await writeFile(path, JSON.stringify(config), { mode: 0o600 })
  return path
}
