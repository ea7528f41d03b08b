/** The ClusterSecretStore, and the admission webhooks that stand before it. */
export { liftDeadWebhooks } from './dead-webhooks.ts'
export { ensureStore, type StoreScope } from './store.ts'
export { showingCertificate } from './webhook.ts'
