import type { Redis } from 'ioredis'

/** The lockout settings of one universal auth. */
export interface Lockout {
  readonly clientId: string
  readonly identityId: string
  readonly lockoutEnabled: boolean
  /** Bad secrets until it locks. */
  readonly lockoutThreshold: number
  readonly lockoutDurationSeconds: number
  /** Seconds after which failures below the threshold are forgotten. */
  readonly lockoutCounterResetSeconds: number
}

const key = ({ identityId, clientId }: Lockout) => `lockout:identity:${identityId}:universal-auth:${clientId}`

/** Whether too many bad secrets were tried lately; a good secret is refused as well then. */
export async function isLocked(redis: Redis, lockout: Lockout): Promise<boolean> {
  return lockout.lockoutEnabled && Number(await redis.get(key(lockout))) >= lockout.lockoutThreshold
}

/** Counts a bad secret; the one that reaches the threshold starts the lock's own duration. */
export async function countFailure(redis: Redis, lockout: Lockout): Promise<void> {
  if (!lockout.lockoutEnabled) return
  const failures = await redis.incr(key(lockout))
  const locked = failures >= lockout.lockoutThreshold
  await redis.expire(
    key(lockout),
    locked ? lockout.lockoutDurationSeconds : lockout.lockoutCounterResetSeconds,
  )
}

/** Ends a lock or a count; the number of counts there were. */
export const forgetFailures = (redis: Redis, lockout: Lockout): Promise<number> => redis.del(key(lockout))
