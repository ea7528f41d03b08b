import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Compiled } from './run.ts'

/** The files of a program in a folder, which asks for all else as a file there would. */
export function filesIn(folder: string): Pick<Compiled, 'path' | 'text' | 'require'> {
  const path = (name: string) => join(folder, name)
  let require: NodeJS.Require | undefined
  return {
    path,
    text: name => readFileSync(path(name), 'utf8'),
    require: name => {
      require ??= createRequire(path('main.cjs'))
      return require(name)
    },
  }
}
