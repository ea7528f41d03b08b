/**
 * Brings a bundle's images into a node's container runtime: takes an open bundle and what the runtime has, gives
 * what is missing, refuses a delta whose base is not there, streams just that by offset as an OCI archive, pins and
 * unpacks it, and proves that it is there and complete. `ways/` has this and the other ways by which images come to
 * nodes; none sends anything to a registry unasked. Never extracts, never removes an image.
 */
export { doubtfulImages } from './architecture.ts'
export { loadArchive } from './archive.ts'
export { type LoadOptions, type LoadResult, loadImages, namesOn, requireBase } from './load.ts'
export { type NodesHost, nodeImages } from './node-images.ts'
export { type WorkNodes, workNodes } from './nodes.ts'
export { digestNames, type LoadPlan, planLoad, runtimeNames } from './plan.ts'
export { requireRoom, type SpaceNeeded, spaceOf } from './room.ts'
export { chooseWay } from './ways/choose.ts'
export { type NodeStep, stepPerNode } from './ways/node-step.ts'
export { onNode } from './ways/on-node.ts'
export { filesOf, ownFiles } from './ways/placed.ts'
export { wayName } from './ways/usual.ts'
export type { Lacking, LoadingWay, LoadRequest, RoomFound, WayResult } from './ways/way.ts'
