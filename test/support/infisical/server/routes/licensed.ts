import { authenticate } from '../actor.ts'
import type { Context } from '../context.ts'
import { badRequest } from '../errors.ts'
import { Fields } from '../fields.ts'
import { type Route, route } from '../router.ts'
import licensed from './licensed.json' with { type: 'json' }

/** What the community edition refuses, with its own words; licensed.json has what it says of that beforehand. */
export function licensedRoutes(context: Context): Route[] {
  const refuse =
    (message: string): Route['answer'] =>
    async call => {
      await authenticate(context, call)
      throw badRequest(message)
    }
  const upgrade = 'Upgrade to Infisical Enterprise plan to create custom roles.'
  const role = refuse(`Failed to create custom role due to plan RBAC restriction. ${upgrade}`)
  const group: Route['answer'] = async call => {
    const fields = new Fields(call.body)
    fields.slug('slug')
    fields.done()
    await authenticate(context, call)
    throw badRequest('Failed to create group due to plan restriction. Upgrade plan to create group.')
  }
  const rotation = refuse(
    'Failed to access secret rotations due to plan restriction. Upgrade plan to access secret rotations.',
  )
  const newRotation = refuse(
    'Failed to create secret rotation due to plan restriction. Upgrade plan to create secret rotations.',
  )
  const approval = refuse(
    'Failed to create secret approval policy due to plan restriction. Upgrade plan to create secret approval policy.',
  )
  const known =
    (answer: unknown): Route['answer'] =>
    async call => {
      await authenticate(context, call)
      return answer
    }
  return [
    route('POST', '/api/v1/projects/:projectId/roles', role),
    route('POST', '/api/v1/organization/:organizationId/roles', role),
    route('POST', '/api/v1/groups', group),
    route('GET', '/api/v2/secret-rotations', rotation),
    route('GET', '/api/v2/secret-rotations/options', known({ secretRotationOptions: licensed.rotations })),
    route('POST', '/api/v2/secret-rotations/:kind', newRotation),
    route('POST', '/api/v1/secret-approvals', approval),
  ]
}
