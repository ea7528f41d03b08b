/**
 * The tenancy: who uses a site. Takes the text of a tenancy.yaml; gives it validated, or one error that lists every fault.
 * Never asks anything of the world.
 */
export { folderPath } from './fields.ts'
export { invitationsPath, readTenancy } from './file.ts'
export { isCertificates, secondsOf } from './logins.ts'
export { type TenancyLook, usualLook } from './look.ts'
export { parseTenancy } from './parse.ts'
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
