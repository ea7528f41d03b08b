/** A file of vitest's JSON report, as far as it says what failed: a path, what failed outside of its tests, and its tests. */
export interface FileReport {
  readonly name: string
  readonly message: string
  readonly assertionResults: readonly {
    readonly status: string
    readonly fullName: string
    readonly failureMessages: readonly string[]
  }[]
}

const firstLine = (text: string) => text.split('\n', 1)[0] ?? ''

/**
 * What failed in a file, a line each: what its set-up said, tests that failed, and how many were not run, which is a failure
 * too. That of a set-up inside of `describe` is not in the report.
 */
export function failuresIn({ name, message, assertionResults }: FileReport): string[] {
  const failed = assertionResults.filter(({ status }) => status === 'failed')
  const left = assertionResults.filter(({ status }) => !['failed', 'passed'].includes(status)).length
  return [
    ...(message === '' ? [] : [`${name}: ${firstLine(message)}`]),
    ...failed.map(
      ({ fullName, failureMessages: [said = ''] }) => `${name} > ${fullName}: ${firstLine(said)}`,
    ),
    ...(left === 0 ? [] : [`${name}: ${left} of its tests did not run`]),
  ]
}
