/** Infisical's HTTP API by `undici`, loaded when it is first needed. */
export { createInfisical, type InfisicalOptions } from './infisical.ts'
