/**
 * The folder that travels: takes a bundle that is whole, the key that signs and Sealift's executables, and gives a folder
 * with all that a site needs, its checksums and their signature. Never verifies a bundle, and runs nothing of it.
 */
export { type Carried, carried, writeCarrier } from './carrier.ts'
export { type Executable, findExecutables } from './executables.ts'
export { requireFolder } from './folder.ts'
export type { Cargo } from './parcels.ts'
