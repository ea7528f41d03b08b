import { messageOf, printable, SealiftError, systemCode } from '../../kernel/errors/index.ts'

/** Runs statements; what PostgreSQL says of one that it refuses comes as an error with what to do. */
export async function explainedCopy<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = systemCode(error)
    if (error instanceof SealiftError || code === undefined || !/^[0-9A-Z]{5}$/.test(code)) throw error
    const said = printable(messageOf(error))
    const full = code === '53100'
    throw new SealiftError('DATABASE_UNFIT', `PostgreSQL cannot make, rename or drop a database: ${said}`, {
      cause: error,
      hints: full ? ['make room on its volume: the database is there twice, beside the one of before'] : [],
    })
  }
}
