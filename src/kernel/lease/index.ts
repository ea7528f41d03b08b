/**
 * The Lease that whoever changes a site holds, so that two never do at once: an install, a removal, a tenancy. Never
 * knows what is done under it.
 */
export { takeLease } from './lease.ts'
export { type LeaseState, leaseHolder, watchLease } from './lease-watch.ts'
