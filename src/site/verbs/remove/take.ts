/** Does one named removal, as a step that people see. `stays` says of its result why nothing was removed after all. */
export type Take = <T>(
  what: string,
  work: () => Promise<T>,
  stays?: (result: T) => string | undefined,
) => Promise<void>
