import { keptValue, secretData } from '../../kernel/access/index.ts'
import { fieldsOf } from '../../kernel/objects/index.ts'
import type { KubernetesObject } from '../../kernel/ports/index.ts'
import type { Unmet } from '../tenancy/index.ts'
import { placed } from './external-secrets.ts'
import type { Served } from './wanted.ts'

/**
 * What of the Secrets that are pushed would not stay as it is, by their keys: what the server keeps is never equal to
 * what is pushed then, and every reconcile writes a new version. Measured on a server of 2026-07 and ESO 2.9.0.
 * @param sources the Secrets that are there, by `namespace/name`
 */
export function pushDoubts(served: Served, sources: ReadonlyMap<string, KubernetesObject>): Unmet[] {
  return served.pushSecrets.flatMap(wanted => {
    const name = `PushSecret ${placed(wanted)}`
    const place = `${wanted.namespace}/${wanted.source}`
    const source = sources.get(place)
    if (source === undefined) return [{ name, why: `there is no Secret ${place} yet` }]
    const data = fieldsOf(source['data'])
    const texts = secretData(source)
    return Object.keys(wanted.data).flatMap(key => {
      if (data[key] === undefined) return [{ name, why: `Secret ${place} has no key ${key}` }]
      const bytes = Buffer.from(String(data[key]), 'base64')
      const value = texts.get(key)?.reveal() ?? ''
      const changed = bytes.equals(Buffer.from(value))
        ? becomesOther(value, served.expandSecretReferences)
        : 'it is no UTF-8 text'
      const why = `key ${key} of Secret ${place} would be written as a new version at every reconcile: ${changed}`
      return changed === undefined ? [] : [{ name, why }]
    })
  })
}

/** Why a value is not read as it was written. @returns undefined when it is @param expands whether readers expand it */
export function becomesOther(value: string, expands: boolean): string | undefined {
  if (keptValue(value) !== value) {
    if (/\r\n$/.test(value)) return 'it ends with CR LF, and Infisical trims it'
    return /\n\n$/.test(value)
      ? 'it ends with more than one line end, and Infisical trims it'
      : 'it has blanks around it, and Infisical trims it'
  }
  return expands && /\$\{[^}]*\}/.test(value)
    ? 'it has $' + '{…} in it, which the store expands when it is read'
    : undefined
}
