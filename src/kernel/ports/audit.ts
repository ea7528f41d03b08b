/** What of the server's licence audit and rotation are about. */
export interface AuditFeatures {
  /** Whether the server keeps an audit log. */
  readonly auditLogs: boolean
  /** For how many days. */
  readonly auditLogsRetentionDays: number
  /** Whether the server gives secrets anew by itself. */
  readonly secretRotation: boolean
}

/** An entry of the server's audit log, as it came: what is in `metadata` depends on the type. */
export interface AuditEvent {
  readonly id: string
  /** ISO 8601. */
  readonly createdAt: string
  readonly event: { readonly type: string; readonly metadata?: unknown }
  readonly actor: { readonly type: string; readonly metadata?: unknown }
  readonly ipAddress?: string
  readonly userAgentType?: string
  readonly projectId?: string
  readonly projectName?: string
}

/** Which entries are asked for: from the first time up to the second, which is not in it; the newest come first. */
export interface AuditPage {
  readonly from: Date
  readonly to: Date
  readonly offset: number
  readonly limit: number
}

/** When somebody logged in last. */
export interface LastLogin {
  readonly kind: 'person' | 'identity'
  /** E-mail address, or the identity's name. */
  readonly name: string
  readonly id: string
  /** ISO 8601; nothing for one who never has. */
  readonly at?: string
  /** Such as `universal-auth`. */
  readonly method?: string
}

/** What an export for an auditor asks of a server. Calls throw SealiftError SERVER_FAILED. */
export interface AuditServer {
  features(): Promise<AuditFeatures>
  /** Entries of the organisation's audit log; none where the licence has none. */
  events(page: AuditPage): Promise<readonly AuditEvent[]>
  /** Everybody in the organisation, in two requests. */
  lastLogins(): Promise<readonly LastLogin[]>
}
