/** Dragonfly, or anything that speaks its protocol, by `ioredis`, loaded when it is first needed. */
export { createDragonfly } from './dragonfly.ts'
