import { fieldsOf, textsIn } from '../../kernel/objects/index.ts'
import type { Api } from './api.ts'

/**
 * As whom the API server knows these credentials (authentication.k8s.io/v1, SelfSubjectReview, which everybody may ask);
 * nothing where it does not say. @throws SealiftError CLUSTER_*
 */
export async function user(api: Api): Promise<string | undefined> {
  const kind = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  const answer = await api.find({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    verb: 'create',
    resource: 'selfsubjectreviews',
    body: kind,
  })
  return textsIn(fieldsOf(answer?.['status'])['userInfo'])['username'] || undefined
}
