/**
 * What a site is like, for whoever makes bundles for it: takes a cluster and a node's containerd, gives facts. Never asks
 * for a Secret, and changes nothing.
 */
export { type FactsHost, gatherFacts } from './gather.ts'
