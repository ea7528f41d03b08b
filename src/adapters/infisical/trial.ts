import * as z from 'zod'
import { statusOf } from '../../kernel/access/index.ts'
import type { IdentityTrial, Secret, SecretPlace } from '../../kernel/ports/index.ts'
import type { Api } from './api.ts'

/** What an identity is let do, told by how the server answers it; recorded are 404 and 403 to a name that is not there. */
export function createTrial(api: Api, token: Secret): IdentityTrial {
  const pathOf = (name: string) => `/api/v4/secrets/${encodeURIComponent(name)}`
  const where = ({ projectId, environment, path: secretPath }: SecretPlace) => ({
    ...{ projectId, environment, secretPath },
  })
  const letIn = async (request: () => Promise<unknown>) => {
    try {
      await request()
      return true
    } catch (error) {
      if (statusOf(error) === 403) return false
      throw error
    }
  }
  return {
    read: (place, name) =>
      letIn(() => api.find({ method: 'GET', path: pathOf(name), query: where(place), token }, z.unknown())),
    write: (place, name) => {
      const body = { ...where(place), secretValue: 'tried by Sealift', type: 'shared' }
      return letIn(() => api.expect({ method: 'POST', path: pathOf(name), body, token }, z.unknown()))
    },
  }
}
