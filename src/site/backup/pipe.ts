/** Joins one who gives bytes and one who takes them: each waits for the other, and no more than one piece is between. */
export interface Pipe extends AsyncIterable<Uint8Array> {
  /** Resolves when the bytes were taken and the next ones are asked for. @throws what the taker ended with */
  write(bytes: Uint8Array): Promise<void>
  /** No more comes. */
  end(): void
  /** Nothing whole comes: whoever takes gets this error. */
  fail(error: unknown): void
}

/** An empty pipe, for one who writes and one who reads it once. */
export function pipe(): Pipe {
  let offered: { readonly bytes: Uint8Array; readonly taken: () => void } | undefined
  let ended: { readonly error?: unknown } | undefined
  let left: { readonly error: unknown } | undefined
  let wake = () => {}
  let refuse: (error: unknown) => void = () => {}
  return {
    write: bytes =>
      new Promise<void>((resolve, reject) => {
        if (left !== undefined) return reject(left.error)
        offered = { bytes, taken: resolve }
        refuse = reject
        wake()
      }),
    end() {
      ended ??= {}
      wake()
    },
    fail(error) {
      ended ??= { error }
      wake()
    },
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          if (offered !== undefined) {
            const { bytes, taken } = offered
            offered = undefined
            yield bytes
            taken()
          } else if (ended !== undefined) {
            if ('error' in ended) throw ended.error
            return
          } else
            await new Promise<void>(resolve => {
              wake = resolve
            })
        }
      } finally {
        left = { error: new Error('nobody reads this any more') }
        refuse(left.error)
      }
    },
  }
}
