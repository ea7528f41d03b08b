import { fieldsOf } from '../../kernel/objects/index.ts'
import type { Api } from './api.ts'
import { denied } from './faults.ts'

/**
 * Makes sure that pods of a namespace may be connected to. A refusal shows only as a closed connection, so it is asked
 * for. A websocket is a GET, and newer servers (1.35) want the right to create as well.
 * @throws SealiftError CLUSTER_DENIED, CLUSTER_*
 */
export async function mayConnect(
  api: Api,
  namespace: string,
  subresource: 'portforward' | 'exec',
): Promise<void> {
  for (const verb of ['get', 'create']) {
    const resourceAttributes = { namespace, verb, resource: 'pods', subresource }
    const kind = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' }
    const { status } = await api.json({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      verb: 'create',
      resource: 'selfsubjectaccessreviews',
      body: { ...kind, spec: { resourceAttributes } },
    })
    if (fieldsOf(status)['allowed'] !== true)
      throw denied({ verb, resource: `pods/${subresource}`, namespace })
  }
}
