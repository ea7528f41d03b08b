/**
 * Packed charts and released tools (.tar.gz): takes bytes and gives the files wanted, in memory and within limits, or
 * takes files and gives bytes that are the same everywhere. Never writes to disk, and follows no link.
 */
export { piecesOf, readPackage } from './read.ts'
export { writePackage } from './write.ts'
