import type { ErrorCode } from '../errors/index.ts'

/** How talking to the services that a site shares can end. */
export const serviceExits: readonly ErrorCode[] = [
  'DATABASE_DENIED',
  'DATABASE_UNFIT',
  'DATABASE_UNREACHABLE',
  'CACHE_DENIED',
  'CACHE_UNFIT',
  'CACHE_UNREACHABLE',
]
