/** Infisical's HTTP API by Node's own `fetch`. */
export { createInfisical, type InfisicalOptions } from './infisical.ts'
