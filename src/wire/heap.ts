const mebi = 1024 * 1024

/** A V8 heap for a container, and what was measured if it is doubtful. */
export interface Heap {
  /** For `--max-old-space-size`; `undefined` leaves V8 to itself, which is right without a limit. */
  readonly heapMiB: number | undefined
  readonly warning?: string
}

const smallest = 750

/**
 * The heap for a memory limit in bytes. Left to itself Node takes about half the limit, and a current server then
 * dies while booting even with 1000Mi. Measured in pods: 1000Mi with 768 and 800Mi with 600 run; 640Mi with 512
 * and 512Mi with anything do not. Between and beyond: the same shares.
 */
export function heapFor(limit: number | undefined): Heap {
  if (limit === undefined) return { heapMiB: undefined }
  const limitMiB = Math.floor(limit / mebi)
  const share = limitMiB >= 1000 ? 0.768 : limitMiB <= 800 ? 0.75 : 0.75 + ((limitMiB - 800) / 200) * 0.018
  const heapMiB = Math.floor(limitMiB * share + 1e-6)
  if (limitMiB >= smallest) return { heapMiB }
  return {
    heapMiB,
    warning:
      `a memory limit of ${limitMiB}Mi is likely too small for Infisical. Measured with a server of mid-2026: ` +
      '512Mi is killed whatever the heap, 640Mi with a heap of 512 crashes while booting, 800Mi with 600 runs',
  }
}
