/** The terminal: base command, talk on stderr, tables on stdout, exit codes. Knows no room. */
export { bytes, count } from '../kernel/errors/index.ts'
export { BaseCommand, explain, type JsonError } from './base-command.ts'
export { duration } from './duration.ts'
export { askPassphrase } from './passphrase.ts'
export { mebibytes, progressOn } from './progress.ts'
export { plainReporter } from './reporter.ts'
export { table } from './table.ts'
