import { type Claim, claimOf, formOf, hasVersion, isFullImageName, verdictOf } from './image-names.ts'

// What may stand around a name in arguments, scripts, JSON and YAML that is embedded as text.
const between = /[\s"'`,;=()[\]{}<>|\\]+/

// What may stand before a name: how it is fetched, or the variable whose default it is (`${IMAGE:-NAME}`).
const transport = /^(?:docker|oci):\/\//
const variable = /^\w+:-/

/** The full image names within a longer text, and any with a version behind `docker://`. */
export function fullNamesIn(text: string): string[] {
  return text.split(between).flatMap(word => fullNameOf(word.replace(variable, '')))
}

function fullNameOf(word: string): string[] {
  const name = word.replace(transport, '')
  const isSaid = name !== word && formOf(name) === 'tagged' && hasVersion(name)
  return isSaid || isFullImageName(name) ? [name] : []
}

/**
 * All within a text that looks like an image name: full names; `org/name:tag` with the tag of a version; and a text that
 * is nothing but `name:1.36`. `redis:6379` and `Deployment/app` are none.
 */
export function imageNamesIn(text: string): string[] {
  if (/^[a-z][a-z0-9._-]*:v?\d+\.\d[\w.-]*$/.test(text) && formOf(text) && hasVersion(text)) return [text]
  return text.split(between).flatMap(word => {
    const bare = word.replace(variable, '')
    return isShortName(bare) ? [bare] : fullNameOf(bare)
  })
}

const isShortName = (word: string): boolean =>
  word.length <= 400 && /^[a-z][^:]*\/[^:]*:/.test(word) && formOf(word) === 'tagged' && hasVersion(word)

/** A value in a command line, with what its flag or variable says of it, and which word it is. */
export interface Said {
  readonly claim: Claim
  readonly text: string
  readonly word: number
}

// Names of what holds a command line.
const commandLine = /(?:arg|argument|command|cmd|script|flag|option|opt|entrypoint|exec)s?$/i

/** Whether a field of this name holds a command line. */
export function isCommandLine(name: string): boolean {
  return commandLine.test(name)
}

/** Most flags within one another's values. */
const deepest = 3

/**
 * What the flags and variables of a command line say to be images: `--some-image=NAME`, `--someImage NAME`,
 * `-image NAME`, `SOME_IMAGE=NAME`; within a shell's script too. Several names are divided by commas.
 */
export function saidInWords(words: readonly string[], depth = 0): Said[] {
  if (!words.some(word => /image|img/i.test(word))) return []
  const tokens = words.flatMap((word, i) => tokensOf(word).map(token => ({ token, word: i })))
  return tokens.flatMap(({ token, word }, i) => {
    const [, flag, inline] = /^--?([\w.-]+)(?:=(.*))?$/s.exec(token) ?? []
    const [, variable, assigned] = flag === undefined ? (/^([A-Za-z_][\w.-]*)=(.*)$/s.exec(token) ?? []) : []
    const claim = claimOf(flag ?? variable ?? '')
    // `--set NAME=VALUE` and `--env=NAME=VALUE` set something by that name.
    if (claim === undefined)
      return inline?.includes('=') && depth < deepest
        ? saidInWords([inline], depth + 1).map(one => ({ ...one, word }))
        : []
    const here = inline || assigned
    const next = tokens[i + 1]
    const value = here ? { token: here, word } : next
    // A switch by itself is followed by anything: what says that it is an image must be the flag's whole name.
    if (value === undefined || (!here && claim !== 'image')) return []
    const plain = /^\$\{\w+:?-([^${}]*)\}$/.exec(value.token)?.[1] ?? value.token
    return plain.split(',').map(text => ({ claim, text, word: value.word }))
  })
}

/** What lines of a text that is no document say to be an image, `image: redis:7` or `helper_image = "x:1"`, tag and all. */
export function saidInLines(text: string): string[] {
  if (!/image|img/i.test(text)) return []
  return text.split('\n').flatMap(line => {
    const said = /^\s*(?:- |export )?["']?(\w[\w./-]*)["']?\s*[:=]\s*["']?([^\s"',]+)/.exec(line)
    const [, name = '', value = ''] = said ?? []
    return formOf(value) === 'tagged' && verdictOf(claimOf(name), value) !== undefined ? [value] : []
  })
}

/** The words of a word that is a script; any other is one. */
function tokensOf(word: string): string[] {
  return /\s/.test(word) ? word.split(/[\s"'`;|&()<>]+/).filter(token => token !== '') : [word]
}
