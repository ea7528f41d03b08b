/**
 * The tar format, one 512-byte header at a time: takes a name, a size and a time and gives the block, or takes
 * a block and gives what it says. Writes one fixed form of ustar, and reads nothing else: no links, pax or GNU
 * extensions, owners, or anything else that two programs could read differently. Never touches a file.
 */
export { blockSize, type EntryKind, entryHeader, paddedSize } from './header.ts'
export { type HeaderReading, readHeader } from './read.ts'
