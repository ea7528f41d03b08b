import * as z from 'zod'
import type { AuditServer, Secret } from '../../kernel/ports/index.ts'
import { type Api, type Call, listOf } from './api.ts'

const flag = z.boolean().default(false)
const plan = z.object({
  plan: z.object({
    auditLogs: flag,
    auditLogsRetentionDays: z.number().default(0),
    secretRotation: flag,
  }),
})
const what = z.object({ type: z.string(), metadata: z.unknown().optional() })
const text = z.string().optional().catch(undefined)
// Recorded is an empty list: an entry has the shape that upstream's organization-router (v1) of 2026-07 gives it.
const events = z.object({
  auditLogs: z.array(
    z.object({
      id: z.string(),
      createdAt: z.iso.datetime({ offset: true }),
      event: what,
      actor: what,
      ipAddress: text,
      userAgentType: text,
      projectId: text,
      projectName: text,
    }),
  ),
})
const last = { lastLoginTime: text, lastLoginAuthMethod: text }
const people = z.object({
  users: listOf(z.object({ ...last, user: z.object({ id: z.string(), username: z.string() }) })),
})
const identities = z.object({
  identities: listOf(z.object({ ...last, identity: z.object({ id: z.string(), name: z.string() }) })),
})
type Last = { readonly [field in keyof typeof last]?: string | undefined }

/** The requests behind {@link AuditServer}. */
export function createAudit(api: Api, token: Secret, organizationId: string): AuditServer {
  const ask = async <T>(call: Omit<Call, 'token' | 'method'>, shape: z.ZodType<T>) =>
    await api.expect({ method: 'GET', ...call, token }, shape)
  const organization = encodeURIComponent(organizationId)
  const login = ({ lastLoginTime: at, lastLoginAuthMethod: method }: Last) => ({
    ...(at === undefined ? {} : { at }),
    ...(method === undefined ? {} : { method }),
  })

  return {
    features: async () => (await ask({ path: `/api/v1/organizations/${organization}/plan` }, plan)).plan,

    async events({ from, to, offset, limit }) {
      const times = { startDate: from.toISOString(), endDate: to.toISOString() }
      const query = { ...times, offset: String(offset), limit: String(limit) }
      const found = await ask({ path: '/api/v1/organization/audit-logs', query }, events)
      return found.auditLogs.map(({ ipAddress, userAgentType, projectId, projectName, ...rest }) => ({
        ...rest,
        ...(ipAddress === undefined ? {} : { ipAddress }),
        ...(userAgentType === undefined ? {} : { userAgentType }),
        ...(projectId === undefined ? {} : { projectId }),
        ...(projectName === undefined ? {} : { projectName }),
      }))
    },

    async lastLogins() {
      const { users } = await ask({ path: `/api/v2/organizations/${organization}/memberships` }, people)
      const machines = await ask({ path: '/api/v1/identities', query: { orgId: organizationId } }, identities)
      return [
        ...users.map(({ user, ...rest }) => ({
          ...({ kind: 'person', name: user.username, id: user.id } as const),
          ...login(rest),
        })),
        ...machines.identities.map(({ identity: { name, id }, ...rest }) => ({
          ...({ kind: 'identity', name, id } as const),
          ...login(rest),
        })),
      ]
    },
  }
}
