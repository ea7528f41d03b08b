/** A container of a pod. */
export interface PodPlace {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

/** A container that serves a port. */
export interface Serving extends PodPlace {
  /** The port's number inside the pod. */
  readonly port: number
}

/** What a program reads and who takes what it writes. */
export interface ProgramStreams {
  /** Bytes for its stdin, which ends with them. */
  readonly input?: AsyncIterable<Uint8Array>
  /** Takes what it writes to stdout, piece by piece: the next one comes when this has resolved. */
  readonly output?: (bytes: Uint8Array) => Promise<void>
  readonly signal?: AbortSignal
}

/** How a program ended. */
export interface ProgramEnd {
  /** Its exit code; absent when it could not be started, or nobody knows how it ended. */
  readonly code?: number
  /** The end of what it wrote to stderr; without an `output`, `stdout` is all that it wrote there. */
  readonly stderr: string
  readonly stdout: string
  /** What is said of it where it did not end with 0. */
  readonly message?: string
}

/** Programs in containers of pods, which run where the data is. All calls throw SealiftError CLUSTER_*. */
export interface PodPrograms {
  /** The ready container that a Service's port leads to; nothing where that is no pod of the cluster. */
  behindService(namespace: string, service: string, port: number): Promise<Serving | undefined>
  /**
   * Runs a program (a path or a name on the container's PATH, and arguments, which others can see) and waits for its end.
   * @throws what `input` and `output` throw
   */
  run(place: PodPlace, command: readonly string[], streams: ProgramStreams): Promise<ProgramEnd>
}
