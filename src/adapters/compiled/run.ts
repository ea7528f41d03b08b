import { posix } from 'node:path'
import { Script } from 'node:vm'
import type { Pieces } from './pieces.ts'

/** A program of CommonJS, compiled into files that ask for one another by relative paths; they are named by their paths in its folder. */
export interface Compiled {
  /** What a file says. @throws what is thrown where it is asked for, when it is not there */
  readonly text: (name: string) => string
  /** Where a file lies, for what it looks for beside it. */
  readonly path: (name: string) => string
  /** Asks for what is not the program's own. */
  readonly require: (name: string) => unknown
  /** What V8 made of the files in an earlier run; what it does not take is compiled anew. */
  readonly code: Pieces
  readonly atEnd?: (ran: Ran) => void
}

/** A run that ends. */
export interface Ran {
  readonly status: number
  /** Whether a file was compiled anew. */
  readonly news: boolean
  /** What V8 has made by now, with what there was before. */
  readonly code: () => Pieces
}

/**
 * Runs a program from its file `entry` on. The code that it is given has every function that was called before: Node's own
 * compile cache keeps what is compiled when a file is loaded, and of functions that only is the outermost, so that each
 * start compiles the others anew. Without any, the program runs all the same.
 */
export function runCompiled({ text, path, require: asked, code, atEnd }: Compiled, entry: string): void {
  const scripts = new Map<string, Script>()
  const loaded = new Map<string, { exports: unknown }>()
  let news = false

  const load = (name: string): unknown => {
    const before = loaded.get(name)
    if (before !== undefined) return before.exports
    const module = { exports: {} }
    loaded.set(name, module)
    try {
      run(name, module)
    } catch (error) {
      // Whoever asks again is not given half of it.
      loaded.delete(name)
      throw error
    }
    return module.exports
  }

  const run = (name: string, module: { exports: unknown }) => {
    const source = `(function(exports,require,module,__filename,__dirname){${text(name)}\n})`
    const cachedData = code.get(name)
    const filename = path(name)
    const script = new Script(source, { filename, ...(cachedData ? { cachedData } : {}) })
    news ||= cachedData === undefined || script.cachedDataRejected === true
    scripts.set(name, script)
    const folder = posix.dirname(name)
    const require = (name: string) => (name.startsWith('.') ? load(posix.join(folder, name)) : asked(name))
    script.runInThisContext()(module.exports, require, module, filename, posix.dirname(filename))
  }

  const whole = () =>
    new Map([...code, ...[...scripts].map(([name, script]) => [name, script.createCachedData()] as const)])
  process.on('exit', status => {
    atEnd?.({ status, news, code: whole })
  })
  load(entry)
}
