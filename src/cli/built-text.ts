import { bytes, count } from '../kernel/errors/index.ts'
import { duration } from './duration.ts'

/** What a build made, in this shape. Sizes in bytes. */
export interface Built {
  readonly path: string
  readonly digest: string
  readonly size: number
  readonly images: number
  readonly charts: number
  readonly absent?: { readonly layers: number; readonly bytes: number; readonly since: string }
  /** It lay there already, whole and the same. */
  readonly unchanged: boolean
  readonly volumes: number
  readonly signature?: { readonly path: string; readonly key: string }
  readonly seconds: number
}

/** A built bundle for people: its path, and what there is to know of it. */
export function builtText({ path, digest, size, images, charts, absent, ...built }: Built): string {
  const { unchanged, volumes, signature, seconds } = built
  return [
    path,
    `  size    ${bytes(size)}${volumes > 1 ? ` in ${volumes} volumes` : ''}`,
    `  digest  ${digest}`,
    `  holds   ${count(images, 'image')}, ${count(charts, 'chart')}`,
    ...(absent
      ? [
          `  delta   without ${count(absent.layers, 'layer')} (${bytes(absent.bytes)}) that ${absent.since} has`,
        ]
      : []),
    ...(signature ? [`  signed  ${signature.path}, by key ${signature.key}`] : []),
    ...(unchanged ? ['  unchanged: it lay there already, and was read whole'] : []),
    `  took    ${duration(seconds * 1000)}`,
  ].join('\n')
}
