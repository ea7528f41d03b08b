/** Time, so that rooms do not read it themselves. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Waits, or rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** Randomness for keys and names. */
export interface Random {
  bytes(length: number): Uint8Array
}
