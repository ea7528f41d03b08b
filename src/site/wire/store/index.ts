/** The ClusterSecretStore, and the admission webhooks that stand before it. */
export { liftDeadWebhooks } from './dead-webhooks.ts'
export { applyStore, ensureStore, type StoreScope, storeScope } from './store.ts'
export { showingCertificate } from './webhook.ts'
