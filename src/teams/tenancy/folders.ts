/** A folder to be made, and those above it that come with it. */
export interface MissingFolder {
  readonly path: string
  readonly brings: readonly string[]
}

/** `/a/b/c` → `/a`, `/a/b`. */
export function above(path: string): string[] {
  const names = path.split('/').slice(1, -1)
  return names.map((_, depth) => `/${names.slice(0, depth + 1).join('/')}`)
}

/** The fewest folders to ask for: the server makes what is missing above one with it. In the file's order. */
export function missingFolders(wanted: readonly string[], there: readonly string[]): MissingFolder[] {
  const known = new Set(there)
  // What another one brings need not be asked for, whichever of the two stands first.
  const brought = new Set(wanted.filter(path => !known.has(path)).flatMap(above))
  return wanted
    .filter(path => !known.has(path) && !brought.has(path))
    .map(path => {
      const brings = above(path).filter(parent => !known.has(parent))
      for (const made of [path, ...brings]) known.add(made)
      return { path, brings }
    })
}
