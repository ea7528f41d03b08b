import type { Files } from '../../src/kernel/ports/index.ts'

/** Every file below a folder, as sorted paths relative to it. */
export async function filesBelow(files: Pick<Files, 'entries'>, folder: string): Promise<string[]> {
  const entries = await files.entries(folder)
  const below = entries.map(async ({ name, kind }) =>
    kind === 'folder'
      ? (await filesBelow(files, `${folder}/${name}`)).map(path => `${name}/${path}`)
      : [name],
  )
  return (await Promise.all(below)).flat().sort()
}
