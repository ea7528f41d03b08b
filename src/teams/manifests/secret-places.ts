import type { YamlPlace } from '../../kernel/yaml/index.ts'
import type { Range } from './diff.ts'
import { below, pairOf, placeAt, textAt } from './places.ts'

/**
 * Where values stand in clear in a document: the data of Secrets (their annotations may have it again), the values of ESO's `fake` provider, and a service
 * token that is written down itself.
 */
export function secretPlaces(document: YamlPlace): Range[] {
  return below(document).flatMap(place => [
    ...(textAt(place, 'kind') === 'Secret'
      ? [['data'], ['stringData'], ['metadata', 'annotations']].flatMap(path => placeAt(place, ...path) ?? [])
      : []),
    ...[placeAt(place, 'provider', 'fake') ?? []].flat(),
    ...clearToken(place),
  ])
}

function clearToken(place: YamlPlace): Range[] {
  const token = pairOf(place, 'serviceToken')
  if (token?.value.kind !== 'scalar' || token.value.value === '') return []
  return [{ start: token.key.start, end: token.value.end }]
}
