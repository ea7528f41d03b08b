/**
 * The spec: what the user asks for; the site: where it is to go; the tenancy: who uses it then.
 * Takes the text of a bundle.yaml, a site.yaml or a tenancy.yaml; gives it validated, or one error that lists every fault.
 * Never reads a file, and never asks anything of the world.
 */
export { type SiteApis, siteApis, targetOf, versionOf } from './api-versions.ts'
export { parseSite, parseSpec, parseTenancy } from './parse.ts'
export { isSameVersion } from './same-version.ts'
export { type AskedVariable, askedVariables, ownVariables } from './server-variables.ts'
export { type Site, siteJsonSchema } from './site.ts'
export type { SecretRef } from './site-fields.ts'
export { kubernetesName } from './site-fields.ts'
export { journalPath, type ReadSite, readSite } from './site-file.ts'
export { type LoadFields, type LoadingWayName, loadingWays } from './site-load.ts'
export type { RegistryFields } from './site-registry.ts'
export { isOperated } from './site-services.ts'
export { type BundleSpec, type ChartSpec, specJsonSchema, type ToolSpec } from './spec.ts'
export { relativePath, siteName } from './spec-fields.ts'
export {
  type Tenancy,
  type TenancyIdentity,
  type TenancyLogin,
  type TenancyProject,
  type TenancyRotation,
  type TenancyStores,
  type TenancyTeam,
  tenancyJsonSchema,
} from './tenancy.ts'
export { folderPath } from './tenancy-fields.ts'
export { invitationsPath, readTenancy } from './tenancy-file.ts'
export { isCertificates, secondsOf } from './tenancy-logins.ts'
export { type TenancyLook, usualLook } from './tenancy-look.ts'
