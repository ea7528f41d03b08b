/** A real API server asked about rights: whether somebody may do something, and what it calls its kinds. */
import { readFile } from 'node:fs/promises'
import { request } from 'node:https'
import type { Call } from '../../src/kernel/rights/index.ts'

/** Whoever is meant: a user that needs not exist, in groups. */
export interface Someone {
  readonly user: string
  readonly groups?: readonly string[]
}

/** Asks an API server as its administrator, or on behalf of somebody. */
export async function askingServer(kubeconfig: string) {
  const { clusters, users } = JSON.parse(await readFile(kubeconfig, 'utf8'))
  const [{ cluster }] = clusters
  const [{ user }] = users
  const ca = Buffer.from(cluster['certificate-authority-data'], 'base64')
  const ask = (method: string, path: string, body?: object) =>
    new Promise<{ status: number; body: Record<string, unknown> }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${user.token}`, 'content-type': 'application/json' }
      const asked = request(new URL(path, cluster.server), { method, ca, headers }, answer => {
        const parts: Buffer[] = []
        answer.on('data', part => parts.push(part))
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString()
          resolve({ status: answer.statusCode ?? 0, body: text.startsWith('{') ? JSON.parse(text) : {} })
        })
      })
      asked.on('error', reject)
      asked.end(body === undefined ? undefined : JSON.stringify(body))
    })
  return {
    ask,
    /** Whether its authorizers let somebody make a call (authorization.k8s.io/v1, SubjectAccessReview). */
    async may({ user, groups = [] }: Someone, { apiGroup: group, ...call }: Call): Promise<boolean> {
      const spec = {
        user,
        groups: [...groups, 'system:authenticated'],
        resourceAttributes: { group, ...call },
      }
      const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews'
      const kind = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview' }
      const { body } = await ask('POST', path, { ...kind, spec })
      return (body['status'] as { allowed?: boolean } | undefined)?.allowed === true
    },
    /** Every kind that it serves. */
    async kinds(): Promise<{ apiVersion: string; kind: string; resource: string; namespaced: boolean }[]> {
      const { body } = await ask('GET', '/apis')
      const groups = body['groups'] as { preferredVersion: { groupVersion: string } }[]
      const versions = ['v1', ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)]
      const lists = versions.map(async apiVersion => {
        const { body } = await ask('GET', apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`)
        const resources = body['resources'] as {
          name: string
          kind: string
          namespaced: boolean
          verbs: string[]
        }[]
        return resources
          .filter(({ name, verbs }) => !name.includes('/') && verbs.includes('get'))
          .map(({ name, kind, namespaced }) => ({ apiVersion, kind, resource: name, namespaced }))
      })
      return (await Promise.all(lists)).flat()
    },
  }
}
