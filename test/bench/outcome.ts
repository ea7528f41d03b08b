import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Measured } from './measure.ts'

/** What one trial gave; sizes in bytes, other numbers as named. */
export interface Outcome extends Omit<Measured, 'stdout'> {
  /** Bytes of the file that was made or read. */
  readonly size: number
  /** Seconds with the file on disk, where the program does not see to that itself. */
  readonly synced?: number
  /** Blobs asked of the registry, and the bytes it sent for them. */
  readonly blobs?: { readonly requests: number; readonly bytes: number }
  /** Requests that the registry answered. */
  readonly requests?: number
  /** Seconds of an install beyond what must wait for one another. */
  readonly beyond?: number
  /** Bytes read of the bundle file, and bytes of the blobs of the images loaded. */
  readonly read?: { readonly bytes: number; readonly wanted: number }
}

/** The outcome of what made, or read, a file. */
export async function outcome(measured: Measured, file: string): Promise<Outcome> {
  const { stdout: _, ...rest } = measured
  return { ...rest, size: existsSync(file) ? (await stat(file)).size : 0 }
}
