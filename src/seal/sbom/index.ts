/**
 * SBOMs that images carry: takes an open bundle and gives the SPDX and CycloneDX documents attached to an image, out of
 * whatever statement or envelope they came in, with their packages and licences. Makes no SBOM, checks no signature, and
 * writes no file.
 */
export { type Carried, licenceLabel, sbomsOf } from './carried.ts'
export { readSbom, type SbomDocument, sbomBytes } from './document.ts'
