/**
 * Logins of machines by tokens of their CI: what of a token the server is told to require, whether its issuer is there,
 * who would get in by that, and the workflow that logs in. Asks issuers, and the cluster for their CAs; changes nothing.
 */
export { type Admission, admission, type Claims } from './admission.ts'
export { completed } from './completed.ts'
export { loginChanges, loginText } from './described.ts'
export { identityWith } from './identity.ts'
export { offlineLogin, type ReadyLogin, type ReadyLogins, readyLogins, refusedLogin } from './ready.ts'
export { type Sample, samplesOf } from './samples.ts'
export { asker, internalConnections, variablesFor } from './variables.ts'
export { sameLogin } from './wanted.ts'
export { workflowFor } from './workflow.ts'
