/** The terminal: base command, talk on stderr, tables on stdout, exit codes. Knows no room. */
export { BaseCommand, explain, type JsonError } from './base-command.ts'
export { bytes, mebibytes, progressOn } from './progress.ts'
export { duration, plainReporter } from './reporter.ts'
export { table } from './table.ts'
