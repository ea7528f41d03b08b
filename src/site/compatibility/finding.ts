/** One thing that decides whether a bundle may follow what is installed. */
export interface Finding {
  /** Stable over versions: `operator-step`, `owned-fields/Deployment/infisical`. */
  readonly id: string
  /** `no` forbids the upgrade; of a `doubt` somebody should know. */
  readonly ok: 'yes' | 'no' | 'doubt'
  /** What was seen. Holds no value of a field, and so no secret. */
  readonly seen: string
  /** What to do; there for every `no` and `doubt`. */
  readonly hint?: string
}

/** All is well with it. */
export const yes = (id: string, seen: string): Finding => ({ id, ok: 'yes', seen })

/** The upgrade must not be. */
export const no = (id: string, seen: string, hint: string): Finding => ({ id, ok: 'no', seen, hint })

/** The upgrade goes on, and somebody should know. */
export const doubt = (id: string, seen: string, hint: string): Finding => ({ id, ok: 'doubt', seen, hint })
