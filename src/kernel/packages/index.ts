/**
 * Packed charts and released tools (.tar.gz): takes bytes and gives the files wanted, in memory and within limits, or
 * takes files and gives bytes that are the same everywhere. Of an image's layer, what is in it by name. Never writes to
 * disk, and follows no link.
 */
export { type ArchiveEntry, entriesOf } from './entries.ts'
export { piecesOf, readPackage } from './read.ts'
export { writePackage } from './write.ts'
