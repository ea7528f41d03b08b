import { keptValue } from '../../../kernel/access/index.ts'
import { bytes } from '../../../kernel/errors/index.ts'
import type { Secret } from '../../../kernel/ports/index.ts'
import { shown, type Unfit } from './names.ts'

/** Whether references in values are replaced when they are read, and who says so. */
export interface Expansion {
  readonly replaces: boolean
  /** `store talent-mesh.prod`, or what is assumed where there is none. */
  readonly by: string
}

/** Bytes that a value may have as JSON beside what else is in a request: recorded is a body of 1,048,123. */
const largestAsJson = 1_048_000
/** Bytes of all values of a Kubernetes Secret together. */
export const largestSecret = 2 ** 20

/** What becomes of a value. Its text says nothing of the value but what is wrong with it. */
export function unfitValue(name: string, secret: Secret, expansion: Expansion): Unfit[] {
  const value = secret.reveal()
  const about = (kind: Unfit['kind'], text: string): Unfit => ({ kind, text: `${shown(name)}: ${text}` })
  const size = sizeOf(secret)
  if (size > largestSecret)
    return [about('refused', `its ${bytes(size)} are more than the 1 MiB that a Kubernetes Secret holds`)]
  if (Buffer.byteLength(JSON.stringify(value)) > largestAsJson)
    return [about('refused', `its ${bytes(size)} make a request larger than the 1 MiB that Infisical takes`)]
  if (value.includes('\0'))
    return [about('refused', 'has a NUL in it: it is no text, and no variable of a process can hold it')]
  if (!value.isWellFormed())
    return [about('changed', 'is no Unicode text: what is not would be read as U+FFFD')]
  const loses = lost(value)
  return [
    ...(loses === undefined ? [] : [about('changed', `Infisical takes off ${loses}`)]),
    ...(value.includes('${') ? [reference(expansion, about)] : []),
    ...(value === '' ? [about('told', 'is empty, and stays so')] : []),
  ]
}

/** A value's bytes, in UTF-8. */
export function sizeOf(value: Secret): number {
  return Buffer.byteLength(value.reveal())
}

/** What the server takes off a value's ends, in words. */
function lost(value: string): string | undefined {
  const kept = keptValue(value)
  if (kept === value) return undefined
  const [start, end] = [value.length - value.trimStart().length, value.length - value.trimEnd().length]
  const before = value.slice(0, start)
  const after = value.slice(value.length - end)
  const names = [
    ...(/\r\n$/.test(after) ? ['the carriage return at its end'] : []),
    ...(/\n.*\n/s.test(after) && !/\r/.test(after) ? ['newlines at its end but one'] : []),
    ...(/[^\r\n]/.test(after) ? ['spaces or tabs at its end'] : []),
    ...(before === '' || kept.trim() === '' ? [] : ['white space at its start']),
  ]
  return names.length > 0 ? names.join(', ') : 'white space around it'
}

function reference({ replaces, by }: Expansion, about: (kind: Unfit['kind'], text: string) => Unfit): Unfit {
  return replaces
    ? about(
        'changed',
        `has \${ in it, and ${by} replaces references: what leads nowhere is read as nothing. With expandSecretReferences: false it is read as it is`,
      )
    : about(
        'told',
        `has \${ in it: it is read as it is where the store says expandSecretReferences: false, as ${by} does; a store that does not say so reads nothing there, without an error`,
      )
}
