/** The migrations of an image. */
export interface ImageMigrations {
  /** Without extension, sorted. */
  readonly names: readonly string[]
  /** False where a layer is not in the file, as in a delta: it may have others. */
  readonly whole: boolean
}

/** How a database's schema stands to an image's. */
export interface MigrationState {
  /**
   * `empty`: nothing was ever migrated. `current`: both have the same. `behind`: the image has more, and will run them.
   * `ahead`: the database has more, which the image knows nothing of. `fork`: each has some that the other lacks, and a
   * server refuses to start.
   */
  readonly state: 'empty' | 'current' | 'behind' | 'ahead' | 'fork'
  /** Names that the image has and the database lacks, in the order in which they run. */
  readonly pending: readonly string[]
  /** Names that the database has and the image lacks. */
  readonly unknown: readonly string[]
  /** How many the database has. */
  readonly applied: number
}

/**
 * Compares by name without the extension: servers have renamed their rows from `.ts` to `.mjs`. Nothing where the image's
 * are not known, unless the database is empty; or known in part, and the database has others.
 */
export function compareMigrations(
  applied: readonly string[],
  image: ImageMigrations | undefined,
): MigrationState | undefined {
  const [has, wants] = [new Set(applied.map(bareName)), new Set((image?.names ?? []).map(bareName))]
  const pending = [...wants].filter(name => !has.has(name)).toSorted()
  if (has.size === 0) return { state: 'empty', pending, unknown: [], applied: 0 }
  if (image === undefined) return undefined
  const unknown = [...has].filter(name => !wants.has(name)).toSorted()
  if (unknown.length > 0 && !image.whole) return undefined
  const state =
    pending.length === 0
      ? unknown.length === 0
        ? 'current'
        : 'ahead'
      : unknown.length === 0
        ? 'behind'
        : 'fork'
  return { state, pending, unknown, applied: has.size }
}

/** What a migration's file may end in; a declaration of types is none. */
const extension = /(?<!\.d)\.(?:mjs|js|ts)$/

/** A migration's name without the extension of its file. */
export function bareName(name: string): string {
  return name.replace(extension, '')
}

/** Whether a file's name can be a migration's. */
export function isMigrationFile(name: string): boolean {
  return extension.test(name)
}
