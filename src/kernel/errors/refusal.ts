/** The cause of an error that is about what was asked for, as it is: asked again, it would be refused again. */
export class Refusal extends Error {
  constructor(cause?: unknown) {
    super('it was refused as it is', cause === undefined ? {} : { cause })
  }
}

/** Whether what was asked for was refused as it is; an outage, or a server that cannot say, is no refusal. */
export function isRefusal(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof Refusal) return true
  return false
}
