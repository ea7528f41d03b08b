/**
 * Migration: the secrets that were kept in files, read as applications read them, and what would not survive the way to
 * a server. Never changes a file, and never puts a value into words.
 */
export type { Doubt, Found, Origin, Sources } from './found.ts'
export { type Reading, type ReadOptions, readSources, type TextForm } from './read/index.ts'
