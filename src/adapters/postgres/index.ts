/** PostgreSQL by `pg`, loaded when it is first needed. */
export { createPostgres } from './postgres.ts'
