/**
 * What a site is like, carried back to where bundles are made. Takes text from another machine, gives checked facts, and the
 * other way round. Never asks a cluster, and never says what follows from them.
 */
export { type NodeFacts, type NodeImage, type SiteFacts, siteFacts } from './shape.ts'
export { printFacts, readFacts } from './text.ts'
