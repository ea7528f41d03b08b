/**
 * The bundle format: takes what a bundle holds and gives its plan, every byte's place known; takes a bundle file
 * and gives what is in it, every field checked again as input from a stranger. A delta's absent layers are found in
 * older bundles. Reads by offset, never extracts;
 * never touches the file system or the network.
 */
export { type AbsentLayer, absentLayer, baseMissing, layerBytes } from './absent.ts'
export { type FoundLayer, findLayers, planWhole } from './bases.ts'
export { bundleFile } from './bundle-file.ts'
export type { CarriedAttachment, CarriedImage, CarriedManifest } from './carried-image.ts'
export type { BundleAttachment, BundleChart, BundleContents, BundleFile, BundleImage } from './contents.ts'
export { namedEntry } from './entries.ts'
export { damaged, type Fault, fault, faultList, faultsError, malformed, wrongPlatform } from './fault.ts'
export type { FillPlan, WantedBlob } from './fill-plan.ts'
export { carriedManifests, maxIndexDepth } from './images.ts'
export { lockTitle, specTitle } from './layout.ts'
export { type Bundle, openBundle } from './open.ts'
export { endSize, placeEntries } from './place.ts'
export { type BundlePlan, planBundle } from './plan.ts'
export type { CarriedFile, CarriedTool } from './read-artifact.ts'
export type { CarriedChart } from './read-chart.ts'
export { changedBlob } from './reading.ts'
export { signaturePath } from './signature-path.ts'
export { readStructure } from './structure.ts'
export { type BundleEntry, walkEntries } from './walk.ts'
