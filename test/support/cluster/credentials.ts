/** Who may speak to the API server: a token for each component and one for the administrator, in kubeconfigs. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Slot, secondOf } from './slot.ts'

/** The users that RBAC's built-in roles are bound to, with their groups. */
function users(node: string, second: string): Record<string, { name: string; groups: string }> {
  return {
    admin: { name: 'admin', groups: 'system:masters' },
    kubelet: { name: `system:node:${node}`, groups: 'system:nodes' },
    'kubelet-b': { name: `system:node:${second}`, groups: 'system:nodes' },
    'kube-proxy': { name: 'system:kube-proxy', groups: '' },
    'kube-scheduler': { name: 'system:kube-scheduler', groups: '' },
    'kube-controller-manager': { name: 'system:kube-controller-manager', groups: '' },
  }
}

/** Tokens by user, as {@link writeTokens} made them. */
export type Tokens = Readonly<Record<string, string>>

/** Writes the API server's token file (`tokens.csv`) and the key that signs service account tokens (`sa.key`). */
export async function writeTokens(slot: Slot): Promise<Tokens> {
  const { dir, name } = slot
  const entries = Object.entries(users(name, secondOf(slot).name)).map(([key, user]) => ({
    key,
    token: randomBytes(24).toString('hex'),
    user,
  }))
  const lines = entries.map(({ key, token, user }) => `${token},${user.name},${key},"${user.groups}"\n`)
  await writeFile(join(dir, 'tokens.csv'), lines.join(''), { mode: 0o600 })
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await writeFile(join(dir, 'sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
  return Object.fromEntries(entries.map(({ key, token }) => [key, token]))
}

/** Writes `USER.kubeconfig` for each user, given the certificate (PEM file) that the API server serves. */
export async function writeKubeconfigs({ dir, nodeIp }: Slot, tokens: Tokens, certificate: string) {
  const ca = (await readFile(certificate)).toString('base64')
  const cluster = { server: `https://${nodeIp}:6443`, 'certificate-authority-data': ca }
  for (const [user, token] of Object.entries(tokens)) {
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'sealift', cluster }],
      users: [{ name: user, user: { token } }],
      contexts: [{ name: 'sealift', context: { cluster: 'sealift', user } }],
      'current-context': 'sealift',
    }
    await writeFile(join(dir, `${user}.kubeconfig`), JSON.stringify(config, null, 2), { mode: 0o600 })
  }
}
