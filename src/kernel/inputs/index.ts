/**
 * The spec: what the user asks for; the site: where it is to go.
 * Takes the text of a bundle.yaml or a site.yaml; gives it validated, or one error that lists every fault.
 * Never reads a file, and never asks anything of the world.
 */
export { type SiteApis, siteApis, targetOf, versionOf } from './api-versions.ts'
export { parseSite, parseSpec } from './parse.ts'
export { isSameVersion } from './same-version.ts'
export { type AskedVariable, askedVariables, ownVariables } from './server-variables.ts'
export { type Site, siteJsonSchema } from './site.ts'
export { journalPath, type ReadSite, readSite } from './site-file.ts'
export { type LoadFields, type LoadingWayName, loadingWays } from './site-load.ts'
export type { RegistryFields } from './site-registry.ts'
export { isOperated } from './site-services.ts'
export { type BundleSpec, type ChartSpec, specJsonSchema, type ToolSpec } from './spec.ts'
