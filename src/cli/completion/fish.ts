import type { CompletedFlag, CompletedVerb, Expected, Typed } from './model.ts'

/** A script for fish 3 and later. */
export function fishScript({ bin, version, verbs, topics }: Typed): string {
  const line = (condition: string, ...rest: readonly string[]) =>
    `complete -c ${bin} -n ${quoted(condition)} ${rest.join(' ')}`
  const offer = (at: string, word: string, summary: string) =>
    line(`__${bin}_at ${quoted(at)}`, '-f', '-a', quoted(word), '-d', quoted(summary))
  const within = ({ id, flags, args }: CompletedVerb) => {
    const here = `__${bin}_in ${quoted(id)}`
    return [
      ...flags.map(flag => line(here, ...flagOf(flag))),
      ...(args.includes('file') ? [line(here, '-F')] : []),
      ...args.flatMap(one => (Array.isArray(one) ? [line(here, '-f', '-a', quoted(one.join(' ')))] : [])),
    ]
  }
  return `# Completion of ${bin} ${version} for fish. It asks nobody. Try it: ${bin} completion fish | source
# Keep it: ${bin} completion fish >~/.config/fish/completions/${bin}.fish
function __${bin}_words
    set -l words (commandline -opc)
    string join ' ' -- $words[2..-1]
end
# Whether these very words were typed, and no other.
function __${bin}_at
    test (__${bin}_words | string collect --allow-empty) = "$argv[1]"
end
# Whether these words were typed first.
function __${bin}_in
    string match -q -- "$argv[1] *" (__${bin}_words)' '
end
complete -c ${bin} -f
complete -c ${bin} -n ${quoted(`__${bin}_at ''`)} -l help -s h -d 'What there is'
complete -c ${bin} -n ${quoted(`__${bin}_at ''`)} -l version -d 'The version'
${[
  ...topics.map(({ name, summary }) => offer('', name, summary)),
  ...verbs.map(({ id, summary }) => {
    const [last = '', ...before] = id.split(' ').toReversed()
    return offer(before.join(' '), last, summary)
  }),
  ...verbs.flatMap(within),
].join('\n')}
`
}

function flagOf({ name, char, summary, value }: CompletedFlag): string[] {
  const forms = ['-l', name, ...(char === undefined ? [] : ['-s', char])]
  return [...forms, ...(value === undefined ? [] : taking(value)), '-d', quoted(summary)]
}

function taking(value: Expected): string[] {
  if (value === 'file') return ['-r', '-F']
  return value === 'unknown' ? ['-x'] : ['-x', '-a', quoted(value.join(' '))]
}

/** In fish's single quotes a backslash escapes itself and the quote. */
const quoted = (text: string) => `'${text.replaceAll(/[\\']/g, '\\$&')}'`
