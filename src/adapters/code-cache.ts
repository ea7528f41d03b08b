import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { Script } from 'node:vm'

/** What V8 made of some files in an earlier run, by their paths beside the first: the folder may lie elsewhere by now. */
type Kept = ReadonlyMap<string, Uint8Array>

/**
 * Runs a compiled program from its file `entry` on: CommonJS whose files ask for one another by relative paths. What V8 makes of
 * them is kept in the file `keptIn`, with every function that was called: Node's own compile cache keeps what is compiled when
 * a file is loaded, and of functions that only is the outermost, so that each start compiles the others anew. Where it
 * cannot be kept, or not be used, the program runs all the same.
 */
export function runCompiled(entry: string, keptIn: string): void {
  const kept = readKept(keptIn)
  const scripts = new Map<string, Script>()
  const loaded = new Map<string, { exports: unknown }>()
  const root = dirname(entry)
  const nodes = createRequire(entry)
  let news = false

  const load = (path: string): unknown => {
    const before = loaded.get(path)
    if (before !== undefined) return before.exports
    const module = { exports: {} }
    loaded.set(path, module)
    try {
      run(path, module)
    } catch (error) {
      // Whoever asks again is not given half of it.
      loaded.delete(path)
      throw error
    }
    return module.exports
  }

  const run = (path: string, module: { exports: unknown }) => {
    const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(path, 'utf8')}\n})`
    const name = relative(root, path)
    const code = kept.get(name)
    const script = new Script(source, { filename: path, ...(code ? { cachedData: code } : {}) })
    news ||= code === undefined || script.cachedDataRejected === true
    scripts.set(name, script)
    const folder = dirname(path)
    const require = (name: string) => (name.startsWith('.') ? load(join(folder, name)) : nodes(name))
    script.runInThisContext()(module.exports, require, module, path, folder)
  }

  process.on('exit', status => {
    // A run that failed has not come by all that a verb is made of.
    if (news && status === 0) keep(keptIn, kept, scripts)
  })
  load(entry)
}

// A line of JSON that says how long each piece is, and the pieces.
function readKept(path: string): Kept {
  try {
    const bytes = readFileSync(path)
    let at = bytes.indexOf('\n') + 1
    const sizes: Record<string, number> = JSON.parse(bytes.toString('utf8', 0, at))
    const codes = Object.entries(sizes).map(([name, size]) => {
      at += size
      return [name, bytes.subarray(at - size, at)] as const
    })
    // V8 believes what it is given, also where it was cut off.
    return new Map(at === bytes.length ? codes : [])
  } catch {
    return new Map()
  }
}

function keep(path: string, kept: Kept, scripts: ReadonlyMap<string, Script>): void {
  try {
    // Nobody else's to write, whatever the umask: it is as good as the program.
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
    // One of its own, made before V8 is asked: where that fails, all else is for nothing.
    const writing = mkdtempSync(`${path}.`)
    try {
      const made = [...scripts].map(([name, script]) => [name, script.createCachedData()] as const)
      const codes = new Map([...kept, ...made])
      const sizes = Object.fromEntries([...codes].map(([name, code]) => [name, code.length]))
      const head = Buffer.from(`${JSON.stringify(sizes)}\n`)
      writeFileSync(join(writing, 'code'), Buffer.concat([head, ...codes.values()]), {
        mode: 0o644,
        flush: true,
      })
      renameSync(join(writing, 'code'), path)
    } finally {
      rmSync(writing, { recursive: true, force: true })
    }
  } catch {
    // In a folder that others own the next start is as this one.
  }
}
