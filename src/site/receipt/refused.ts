import { messageOf, SealiftError } from '../../kernel/errors/index.ts'

/** Notes what is not told for want of rights or of a runtime, which a receipt can do without. */
export function refused(what: string, untold: string[]): (error: unknown) => undefined {
  return error => {
    const codes = ['CLUSTER_DENIED', 'LOAD_FAILED']
    if (!(error instanceof SealiftError) || !codes.includes(error.code)) throw error
    untold.push(`${what}: ${messageOf(error)}`)
  }
}
