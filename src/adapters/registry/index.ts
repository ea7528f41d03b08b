/** Registries and web servers over HTTP: by Node's own client. */
export { createRegistry, type RegistryConnection } from './registry.ts'
