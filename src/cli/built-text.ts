import { bytes } from './progress.ts'
import { duration } from './reporter.ts'

/** What a build made, in this shape. Sizes in bytes. */
export interface Built {
  readonly path: string
  readonly digest: string
  readonly size: number
  readonly images: number
  readonly charts: number
  readonly absent?: { readonly layers: number; readonly bytes: number; readonly since: string }
  readonly seconds: number
}

/** A built bundle for people: its path, and what there is to know of it. */
export function builtText({ path, digest, size, images, charts, absent, seconds }: Built): string {
  return [
    path,
    `  size    ${bytes(size)}`,
    `  digest  ${digest}`,
    `  holds   ${images} images, ${charts} charts`,
    ...(absent
      ? [`  delta   without ${absent.layers} layers (${bytes(absent.bytes)}) that ${absent.since} has`]
      : []),
    `  took    ${duration(seconds * 1000)}`,
  ].join('\n')
}
