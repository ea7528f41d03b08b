/** ports/runtime.ts over containerd's own command line, `ctr`, alone or inside `k3s`. */
import type { Runtime } from '../../kernel/ports/index.ts'
import type { RuntimeLocation } from './detect.ts'
import { here } from './here.ts'
import { runtimeOn } from './runtime.ts'

/** The containerd of this machine. */
export function createRuntime(location: RuntimeLocation): Runtime {
  return runtimeOn(here(location))
}

export { createCtr, type Run } from './ctr.ts'
export { detectRuntime, type RuntimeLocation } from './detect.ts'
export { marked } from './leases.ts'
export type { Machine } from './machine.ts'
export { imageDigest, runtimeOn } from './runtime.ts'
