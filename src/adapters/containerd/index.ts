/** ports/runtime.ts over containerd's own command line, `ctr`, alone or inside `k3s`. */
export { detectRuntime, type RuntimeLocation } from './detect.ts'
export { createRuntime } from './runtime.ts'
