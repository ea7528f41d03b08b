import { printable, SealiftError } from '../../kernel/errors/index.ts'
import { isMapping } from '../../kernel/objects/index.ts'
import type { AuditEvent, AuditServer } from '../../kernel/ports/index.ts'
import type { Pace } from '../pace/index.ts'

// Of what an event tells of its things, names and ids; what is not named here may hold a value.
const known = new Set([
  ...['environment', 'secretPath', 'secretKey', 'secretId', 'secretVersion', 'numberOfSecrets', 'secrets'],
  ...['projectId', 'projectName', 'folderId', 'folderName', 'folderPath', 'path', 'name', 'slug', 'role'],
  ...['identityId', 'identityName', 'userId', 'email', 'username', 'membershipId', 'groupId', 'groupName'],
  ...['clientSecretId', 'identityUniversalAuthId', 'identityAccessTokenId', 'tokenId', 'serviceTokenId'],
  ...[
    'permissionAction',
    'permissionSubject',
    'route',
    'method',
    'importFromEnvironment',
    'importToEnvironment',
  ],
  ...['importFromSecretPath', 'importToSecretPath', 'authMethod', 'serviceId', 'type'],
])
const deepest = 3
const longest = 500

/** Milliseconds of one stretch, and of one where there is little: the server takes at most three months at once. */
const stretch = 24 * 3600 * 1000
const longestStretch = 64 * stretch
const page = 1000
/** Entries of one stretch that are held at most: with more it is halved, down to this many milliseconds. */
const [most, shortest] = [50_000, 60_000]

/**
 * Entries of the server's audit log of a time, the oldest first, stretch by stretch: `take` gets each, and says whether
 * it wants more. Gives the time up to which it has all. @throws SealiftError SERVER_FAILED
 */
export async function eventsBetween(
  server: AuditServer,
  pace: Pace,
  from: number,
  until: number,
  take: (events: readonly AuditEvent[]) => boolean,
): Promise<number> {
  let length = stretch
  for (let at = from; at < until; ) {
    const end = Math.min(at + length, until)
    const found = await eventsOf(server, pace, { from: new Date(at), to: new Date(end) }, length > stretch)
    if (found === undefined) {
      if (end - at <= shortest)
        throw new SealiftError('SERVER_FAILED', "Infisical's audit log of a minute has no end")
      length = length > stretch ? stretch : Math.ceil((end - at) / 2)
      continue
    }
    if (!take(found.toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt)))) return at
    length = found.length < page ? Math.min(length * 2, longestStretch) : Math.min(length, stretch)
    at = end
  }
  return until
}

/** All entries of a time, page by page; nothing where there are too many. */
async function eventsOf(
  server: AuditServer,
  pace: Pace,
  times: { readonly from: Date; readonly to: Date },
  isLong: boolean,
): Promise<AuditEvent[] | undefined> {
  const found = new Map<string, AuditEvent>()
  for (let offset = 0; ; offset += page) {
    const events = await pace.read(() => server.events({ ...times, offset, limit: page }))
    const before = found.size
    // One that is on the border of two pages may be on both.
    for (const event of events) found.set(event.id, event)
    if (events.length < page) return [...found.values()]
    if (found.size === before)
      throw new SealiftError('SERVER_FAILED', "Infisical's audit log gives the same entries again and again")
    if (found.size > (isLong ? 10 * page : most)) return undefined
  }
}

/** What of an entry is written: who, what, when and from where; names and ids of what it is about. */
export function eventLine({ id, createdAt, event, actor, ...rest }: AuditEvent): object {
  const { ipAddress, userAgentType, projectId, projectName } = rest
  return {
    ...{ kind: 'event', time: createdAt, id, type: short(event.type) },
    actor: { type: short(actor.type), ...named(actor.metadata) },
    ...(ipAddress === undefined ? {} : { from: short(ipAddress) }),
    ...(userAgentType === undefined ? {} : { agent: short(userAgentType) }),
    ...(projectId === undefined ? {} : { projectId: short(projectId) }),
    ...(projectName === undefined ? {} : { project: short(projectName) }),
    about: named(event.metadata),
  }
}

const short = (text: string) => printable(text, longest)

/** The known fields of a mapping. */
function named(value: unknown): object {
  const found = only(value, deepest)
  return isMapping(found) ? found : {}
}

function only(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return short(value)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (depth === 0) return undefined
  if (Array.isArray(value))
    return value.filter(isMapping).flatMap(each => {
      const found = only(each, depth - 1)
      return found === undefined ? [] : [found]
    })
  if (!isMapping(value)) return undefined
  const entries = Object.entries(value)
    .filter(([key]) => known.has(key))
    .map(([key, each]) => [key, only(each, depth - 1)] as const)
  return Object.fromEntries(entries.filter(([, each]) => each !== undefined))
}
