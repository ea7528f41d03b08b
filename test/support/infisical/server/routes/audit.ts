import { authenticate } from '../actor.ts'
import type { Context } from '../context.ts'
import { invalid } from '../errors.ts'
import { type Route, route } from '../router.ts'
import licensed from './licensed.json' with { type: 'json' }

interface Row {
  readonly id: string
  readonly key: string
  readonly version: number
  readonly createdAt: Date
  readonly environment: string
  readonly projectId: string
  readonly projectName: string
}

/** What `STAND_IN_LICENCE=1` says of itself. */
const more = { auditLogs: true, auditLogsRetentionDays: 90, secretRotation: true }

/**
 * The plan, and the audit log. Recorded is that of the community edition: without a licence there is none. With one, which
 * no recording has, there is an entry for each secret, in the shape and the limits of upstream's organization-router
 * (v1) of 2026-07; the real server has one for whatever anybody does.
 */
export function auditRoutes({ db, config, ...context }: Context): Route[] {
  const { licence } = config.standIn
  const plan: Route['answer'] = async call => {
    await authenticate({ db, config, ...context }, call)
    return { plan: licence ? { ...licensed.plan, ...more } : licensed.plan }
  }

  const logs: Route['answer'] = async call => {
    const actor = await authenticate({ db, config, ...context }, call)
    if (!licence) return { auditLogs: [] }
    const [offset, limit] = [Number(call.query('offset') ?? 0), Number(call.query('limit') ?? 20)]
    if (limit > 1000)
      throw invalid([
        { code: 'too_big', message: 'Number must be less than or equal to 1000', path: ['limit'] },
      ])
    const to = new Date(call.query('endDate') ?? Date.now())
    const from = new Date(call.query('startDate') ?? to.toISOString().slice(0, 10))
    const latest = new Date(from)
    latest.setMonth(latest.getMonth() + 3)
    if (to > latest)
      throw invalid([{ code: 'custom', message: 'Dates must be within 3 months', path: ['endDate'] }])
    const rows = await db.all<Row>(
      `SELECT s.id, s.key, s.version, s."createdAt", e.slug environment, p.id "projectId", p.name "projectName"
         FROM secrets_v2 s JOIN secret_folders f ON f.id = s."folderId"
         JOIN project_environments e ON e.id = f."envId" JOIN projects p ON p.id = e."projectId"
        WHERE p."orgId" = $1 AND s."createdAt" >= $2 AND s."createdAt" < $3
        ORDER BY s."createdAt" DESC, s.id LIMIT $4 OFFSET $5`,
      [actor.orgId, from, to, limit, offset],
    )
    return { auditLogs: rows.map(row => entry(row, actor.orgId, actor.id)) }
  }

  return [
    route('GET', '/api/v1/organization/audit-logs', logs),
    route('GET', '/api/v1/organizations/:organizationId/plan', plan),
  ]
}

function entry(
  { id, key, version, createdAt, environment, projectId, projectName }: Row,
  orgId: string,
  userId: string,
) {
  const about = { environment, secretPath: '/', secretId: id, secretKey: key, secretVersion: version }
  return {
    ...{ id, createdAt, updatedAt: createdAt, expiresAt: null, orgId, projectId, projectName },
    ...{ ipAddress: '127.0.0.1', userAgent: 'node', userAgentType: 'other' },
    event: { type: 'create-secret', metadata: { ...about, secretMetadata: [] } },
    actor: { type: 'user', metadata: { userId, email: 'admin@site.local', permission: {} } },
  }
}
