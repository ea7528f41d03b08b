/** A secret sent from Infisical to Kubernetes and taken away again. */
export { type Proof, type Proving, prove } from './probe.ts'
export { probePlace, syncOnce } from './sync.ts'
