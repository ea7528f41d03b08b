/** The AuditServer port in memory. */
import type { AuditEvent, AuditFeatures, AuditServer, LastLogin } from '../../src/kernel/ports/index.ts'

/** A server with its state to change, and what it was asked. */
export interface MemoryAudit extends AuditServer {
  /** Requests, in order. */
  readonly asked: string[]
  allowed: AuditFeatures
  /** What its log has. */
  log: AuditEvent[]
  logins: LastLogin[]
}

/** A server without a licence. */
export function memoryAudit(): MemoryAudit {
  const memory: MemoryAudit = {
    asked: [],
    allowed: { auditLogs: false, auditLogsRetentionDays: 0, secretRotation: false },
    log: [],
    logins: [],
    async features() {
      memory.asked.push('features')
      return memory.allowed
    },
    async events({ from, to, offset, limit }) {
      memory.asked.push(`events ${from.toISOString()} ${to.toISOString()} ${offset}`)
      return memory.log
        .filter(({ createdAt }) => createdAt >= from.toISOString() && createdAt < to.toISOString())
        .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
        .slice(offset, offset + limit)
    },
    async lastLogins() {
      memory.asked.push('lastLogins')
      return memory.logins
    },
  }
  return memory
}
