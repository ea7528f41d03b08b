/** What `stays` says where there was nothing to remove: that is in no list. */
export const absent = 'nothing was there'

/**
 * Does one named removal, as a step that people see. `stays` says of its result why nothing was removed after all:
 * a reason, or {@link absent}.
 */
export type Take = <T>(
  what: string,
  work: () => Promise<T>,
  stays?: (result: T) => string | undefined,
) => Promise<void>
