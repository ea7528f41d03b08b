/**
 * Helm, as a program that is run: takes the path of a helm 4 binary (the one that travels in the bundle) and
 * gives the Helm port. Values reach it in private files, never as arguments; its caches and settings live in a
 * private folder, so that nothing of the user's own helm is read or changed.
 */
export { createHelm } from './helm.ts'
export type { HelmOptions } from './options.ts'
