import type { Ctr } from './ctr.ts'

/** The machine that a containerd is on, as far as more of it is needed than containerd. */
export interface Machine {
  /** Its `ctr`. */
  readonly ctr: Ctr
  /** Names whoever works there, so that a later one can tell whether it is gone; in names of leases. */
  mark(): Promise<string | undefined>
  /** Whether whoever a mark names is gone for certain. */
  isGone(mark: string): Promise<boolean>
  /** Folders there with an image mounted, that killed processes have left. */
  leftMounts(): Promise<string[]>
  /** Bytes that are free at a path there; absent where that cannot be told. */
  freeBytes(path: string): Promise<number | undefined>
  /** Unpacks an image into the default snapshotter, so that nothing is left when it is killed that nobody can find. */
  unpack(name: string, signal?: AbortSignal): Promise<void>
}
