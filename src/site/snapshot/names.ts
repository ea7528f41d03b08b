/** PostgreSQL cuts names that are longer (NAMEDATALEN - 1), in bytes. */
const longest = 63

/** How the database of before is called while it is kept; `id` is [a-z0-9]+. At most 63 bytes. */
export const snapshotName = (database: string, id: string): string => besideName(database, `_before_${id}`)
/** The same of the one that an upgrade has made, when the other is served again. */
export const setAsideName = (database: string, id: string): string => besideName(database, `_failed_${id}`)
/** The same of a copy that is not complete. */
export const copyingName = (database: string, id: string): string => besideName(database, `_copying_${id}`)

/** A database's name with something behind it, cut to what a name may have: where it has to be, at the name's end. */
export function besideName(database: string, more: string): string {
  let start = database
  while (Buffer.byteLength(start + more) > longest) start = [...start].slice(0, -1).join('')
  return start + more
}
