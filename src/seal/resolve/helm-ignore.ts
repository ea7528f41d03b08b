import { printable, SealiftError } from '../../kernel/errors/index.ts'

/** Whether helm leaves a file or folder out; `path` is relative to the chart. Nothing below such a folder counts. */
export type Ignores = (path: string, folder: boolean) => boolean

interface Rule {
  /** Begins with `!`: what does not fit is left out. */
  readonly turned: boolean
  readonly onlyFolders: boolean
  /** The pattern has a slash, so that it is held to the whole path. */
  readonly whole: boolean
  readonly fits: (name: string) => boolean
}

// Helm has it after all rules of the file; of a packed chart it takes such templates.
const ownRule = 'templates/.?*'

/**
 * The rules of a .helmignore as helm 4 takes them, which are not git's: the first rule that decides does, and
 * `!pattern` leaves out all that the pattern does not fit. Helm has no list of what it would pack without packing
 * it, and a build packs where no helm runs; test/integration/chart-folder.test.ts holds this to the real one.
 * @param where names the file in the error
 * @throws SealiftError SPEC_INVALID with each line that helm refuses
 */
export function helmIgnores(text: string, where: string): Ignores {
  const rules: Rule[] = []
  const faults: string[] = []
  for (const [i, raw] of [...text.replace(/^\uFEFF/, '').split('\n'), ownRule].entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const rule = ruleOf(line)
    if (typeof rule === 'string') faults.push(`line ${i + 1}: ${printable(line, 80)}: ${rule}`)
    else rules.push(rule)
  }
  if (faults.length > 0) {
    throw new SealiftError('SPEC_INVALID', `${where} has patterns that helm refuses`, { faults })
  }
  return (path, folder) => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    for (const { turned, onlyFolders, whole, fits } of rules) {
      const hit = (folder || !onlyFolders) && fits(whole ? path : name)
      if (hit !== turned) return true
    }
    return false
  }
}

function ruleOf(line: string): Rule | string {
  if (line.includes('**')) return 'helm has no **, only *'
  const turned = line.startsWith('!')
  const onlyFolders = line.endsWith('/')
  const pattern = line.slice(turned ? 1 : 0, onlyFolders ? -1 : undefined)
  const fits = globOf(pattern.replace(/^\//, ''))
  if (fits === undefined) return 'a bracket or a backslash has no end'
  return { turned, onlyFolders, whole: pattern.includes('/'), fits }
}

// One element of a pattern as Go's path/filepath.Match reads it (pkg.go.dev/path/filepath#Match).
const element =
  /\*|\?|\\(?<escaped>.)|\[(?<not>\^|(?!\^))(?<ranges>(?:(?:\\.|[^\\\-\]])(?:-(?:\\.|[^\\\-\]]))?)+)\]|(?<plain>[^\\[])/gsuy
const range = /\\?(.)(?:-\\?(.))?/gsu

/**
 * A test for Go's patterns; `undefined` for one that is none. What stands between stars has a fixed length, and is
 * taken where it first fits, so that no pattern takes long.
 */
function globOf(pattern: string): ((name: string) => boolean) | undefined {
  const sources = ['']
  let read = 0
  for (const { 0: text, groups } of pattern.matchAll(element)) {
    read += text.length
    if (text === '*') sources.push('')
    else sources[sources.length - 1] += sourceOf(text, groups)
  }
  if (read < pattern.length) return undefined
  const parts = sources.map(source => new RegExp(source, 'suy'))
  return name => {
    let at = 0
    return parts.every((part, i) => {
      for (; ; at++) {
        part.lastIndex = at
        const fits = part.test(name) && (i < parts.length - 1 || part.lastIndex === name.length)
        if (fits) at = part.lastIndex
        if (fits) return true
        // Only a star before it lets it stand further on, and a star is no slash.
        if (i === 0 || at >= name.length || name[at] === '/') return false
      }
    })
  }
}

function sourceOf(text: string, groups: Readonly<Record<string, string | undefined>> = {}): string {
  const { escaped, plain, not, ranges } = groups
  if (ranges === undefined) return text === '?' ? '[^/]' : literal(escaped ?? plain ?? '')
  const within = [...ranges.matchAll(range)].map(([, low = '', high = low]) =>
    code(low) <= code(high) ? `${literal(low)}-${literal(high)}` : '',
  )
  return `[${not}${within.join('')}]`
}

/** One character for a regular expression, whatever it means there. */
const literal = (char: string): string => (char === '' ? '' : `\\u{${code(char).toString(16)}}`)

const code = (char: string): number => char.codePointAt(0) ?? 0
