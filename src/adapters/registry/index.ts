/** Registries and web servers over HTTP: by Node's own client. */
export { createRegistryPush } from './push.ts'
export { createRegistry, type RegistryConnection, type RegistryOptions } from './registry.ts'
