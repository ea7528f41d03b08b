import type { CompletedFlag, CompletedVerb, Expected, Typed } from './model.ts'

/** A script for zsh with its completion system on; to be sourced, or as a file `_sealift` in a folder of fpath. */
export function zshScript({ bin, version, verbs, topics }: Typed): string {
  const single = verbs.filter(({ id }) => !id.includes(' '))
  const first = [...single.map(({ id, summary }) => described(id, summary)), ...topics.map(topicOf)]
  const below = topics.map(({ name }) => {
    const inIt = verbs.filter(({ id }) => id.startsWith(`${name} `))
    return caseOf(
      name,
      describe(
        'verb',
        inIt.map(({ id, summary }) => described(id.slice(name.length + 1), summary)),
      ),
    )
  })
  return `#compdef ${bin}
# Completion of ${bin} ${version} for zsh. It asks nobody. Try it: source <(${bin} completion zsh)
# Keep it: ${bin} completion zsh >~/.zfunc/_${bin}, with fpath+=~/.zfunc before compinit.
_${bin}() {
  local id= used=0
  local -a offered
  if (( CURRENT > 2 )); then
    id=$words[2] used=1
    case $id in
      ${topics.map(({ name }) => name).join('|')}) if (( CURRENT > 3 )); then id="$id $words[3]" used=2; fi ;;
    esac
  fi
  # What is left of the words is the verb's own.
  shift $used words
  (( CURRENT -= used ))
  case $id in
${[caseOf('', describe('verb', first)), ...below, ...verbs.map(verb => caseOf(verb.id, argumentsOf(verb)))].join('\n')}
  esac
}
if [[ $funcstack[1] == _${bin} ]]; then
  _${bin} "$@"
else
  compdef _${bin} ${bin}
fi
`
}

const caseOf = (id: string, body: string) => `    ${quoted(id)})
${body} ;;`

const topicOf = ({ name, summary }: Typed['topics'][number]) => described(name, summary)

const describe = (what: string, entries: readonly string[]) => `      offered=(
${entries.map(entry => `        ${quoted(entry)}`).join('\n')}
      )
      _describe ${what} offered`

/** An entry of `_describe`: a word, a colon, what it is. */
const described = (word: string, summary: string) => `${word}:${summary.replaceAll(/[\\:]/g, '\\$&')}`

function argumentsOf({ flags, args, repeats }: CompletedVerb): string {
  const places = args.map(
    (value, i) => `${repeats && i === args.length - 1 ? '*' : i + 1}:argument:${action(value)}`,
  )
  const specs = [...flags.flatMap(specsOf), ...places].map(spec => `        ${quoted(spec)}`)
  return `      _arguments -S : \\\n${specs.join(' \\\n')}`
}

/** Specifications of `_arguments`: one for each form of a flag, that excludes the other unless it may be repeated. */
function specsOf({ name, char, summary, value, repeats }: CompletedFlag): string[] {
  const forms = [`--${name}`, ...(char === undefined ? [] : [`-${char}`])]
  const before = repeats ? '*' : forms.length > 1 ? `(${forms.join(' ')})` : ''
  const said = `[${summary.replaceAll(/[\\:[\]]/g, '\\$&')}]`
  return forms.map(form => {
    const takes = value === undefined ? '' : `:${name}:${action(value)}`
    return `${before}${form}${value !== undefined && form.startsWith('--') ? '=' : ''}${said}${takes}`
  })
}

/** What `_arguments` does for a value. */
function action(value: Expected): string {
  if (value === 'file') return '_files'
  return value === 'unknown' ? ' ' : `(${value.join(' ')})`
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
