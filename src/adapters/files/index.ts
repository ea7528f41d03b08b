/**
 * The file system: gives rooms whole small files, and bundle files to read and write by offset. Files appear
 * under their name only when they are whole and synced. Never follows a path from a bundle.
 */
export { fileFailed } from './faults.ts'
export { nodeFiles } from './files.ts'
export { makeFolder } from './folder.ts'
export { identityOf, isSame } from './identity.ts'
export { freeBytes } from './partial.ts'
export { syncFolder, writeAll } from './sync.ts'
