import { authenticate } from '../actor.ts'
import type { Context } from '../context.ts'
import { badRequest } from '../errors.ts'
import { type Route, route } from '../router.ts'

/** What the community edition refuses, with its own words. */
export function licensedRoutes(context: Context): Route[] {
  const refuse =
    (message: string): Route['answer'] =>
    async call => {
      await authenticate(context, call)
      throw badRequest(message)
    }
  const upgrade = 'Upgrade to Infisical Enterprise plan to create custom roles.'
  const role = refuse(`Failed to create custom role due to plan RBAC restriction. ${upgrade}`)
  const group = refuse('Failed to create group due to plan restriction. Upgrade plan to create group.')
  const rotation = refuse(
    'Failed to access secret rotations due to plan restriction. Upgrade plan to access secret rotations.',
  )
  return [
    route('POST', '/api/v1/projects/:projectId/roles', role),
    route('POST', '/api/v1/organization/:organizationId/roles', role),
    route('POST', '/api/v1/groups', group),
    route('GET', '/api/v2/secret-rotations', rotation),
    route('GET', '/api/v1/organization/audit-logs', async call => {
      await authenticate(context, call)
      return { auditLogs: [] }
    }),
  ]
}
