/** Registries and web servers over HTTP: the only importer of undici. */
export { createRegistry, type RegistryConnection } from './registry.ts'
