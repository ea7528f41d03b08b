/**
 * CloudNativePG: finds the operator's cluster behind a Service, and has a role and a database made there by objects.
 * Never takes an object, a role or a database that is not this site's, and never asks for a superuser.
 */
export { refuseOthersObjects, type Standing, standing } from './claim.ts'
export { databaseBy, roleBy, tellOperator } from './make.ts'
export type { Making } from './making.ts'
export { type OperatedCluster, operatedBy, runsAtHost } from './operated.ts'
export { keptPassword } from './password.ts'
export { takeDatabase, takeRole } from './purge.ts'
