import type { FolderReading, ReadFolder, ReadImport, ReadScope, Secret } from '../../kernel/ports/index.ts'
import type { Pace } from '../pace/index.ts'

/** A server whose folders are asked for once each, however many objects read them. */
export interface Reader {
  folder(scope: ReadScope): Promise<ReadFolder | undefined>
}

/** Asks in the pace of all else. */
export function createReader(reading: FolderReading, pace: Pace): Reader {
  const asked = new Map<string, Promise<ReadFolder | undefined>>()
  return {
    folder(scope) {
      const key = JSON.stringify(Object.entries(scope).sort())
      const before = asked.get(key) ?? pace.read(() => reading.folder(scope))
      asked.set(key, before)
      return before
    },
  }
}

/** A secret as it is read in a folder. */
export interface Read {
  readonly value: Secret
  /** The imports that have the name, too, where it is not theirs that is read. */
  readonly shadowed: readonly ReadImport[]
  /** Whether several imports have it, with values of their own: which of them is read nobody says. */
  readonly isAmbiguous: boolean
}

/** A folder's own secret of a name comes before one that it imports. */
export function readIn({ own, imported }: ReadFolder, name: string): Read | undefined {
  const mine = own.find(one => one.name === name)
  const others = imported.filter(({ secrets }) => secrets.some(one => one.name === name))
  const values = others.flatMap(({ secrets }) => secrets.filter(one => one.name === name))
  const value = mine?.value ?? values[0]?.value
  if (value === undefined) return undefined
  const distinct = new Set(values.map(one => one.value.reveal()))
  return {
    value,
    shadowed: mine === undefined ? [] : others,
    isAmbiguous: mine === undefined && distinct.size > 1,
  }
}
