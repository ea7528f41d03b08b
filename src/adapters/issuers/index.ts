/** OpenID Connect issuers by Node's own `https`. */
export { createIssuers, isPrivateAddress } from './issuers.ts'
