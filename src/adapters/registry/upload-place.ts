import { printable, SealiftError } from '../../kernel/errors/index.ts'
import type { Answer } from './asking.ts'

/**
 * Where an upload goes that a registry has opened (distribution-spec v1.1, "POST then PUT"): its Location, relative or
 * not. `ours` where that is the registry itself: only there credentials go. One behind a proxy may call itself by plain
 * HTTP, which is not followed. @throws SealiftError REGISTRY_FAILED where it names no such place
 */
export function uploadPlace(
  subject: string,
  { url: asked }: Pick<Answer, 'url'>,
  location: string | undefined,
): { readonly url: URL; readonly ours: boolean } {
  const url = location === undefined ? null : URL.parse(location, asked.href)
  const refuse = (why: string) =>
    new SealiftError('REGISTRY_FAILED', `${subject}: ${asked.origin} ${why} where it is to be sent`)
  if (url === null || !/^https?:$/.test(url.protocol)) throw refuse('does not say')
  url.username = ''
  url.password = ''
  url.hash = ''
  // Behind a proxy that ends TLS, registries name themselves without it, and without the port.
  if (url.hostname === asked.hostname && url.protocol === 'http:' && asked.protocol === 'https:') {
    url.protocol = 'https:'
    url.port = asked.port
  }
  if (asked.protocol === 'https:' && url.protocol === 'http:')
    throw refuse(`names ${printable(url.host)}, over plain HTTP,`)
  return { url, ours: url.origin === asked.origin }
}
