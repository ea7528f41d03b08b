import type { CompletedFlag, CompletedVerb, Expected, Typed } from './model.ts'

/** A script for bash 3.2 and later. It needs neither bash-completion nor Sealift itself. */
export function bashScript({ bin, version, verbs, topics }: Typed): string {
  const single = verbs.filter(({ id }) => !id.includes(' ')).map(({ id }) => id)
  const topic = topics.map(({ name }) => name)
  const below = topic.map(
    name => `    ${name})
      offered='${verbs.flatMap(({ id }) => (id.startsWith(`${name} `) ? [id.slice(name.length + 1)] : [])).join(' ')}' ;;`,
  )
  return `# Completion of ${bin} ${version} for bash. It asks nobody. Try it: source <(${bin} completion bash)
# Keep it: ${bin} completion bash >~/.local/share/bash-completion/completions/${bin}
_${bin}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} id= offered= files= before=
  COMPREPLY=()
  # The = of --flag=value is a word of its own, unless COMP_WORDBREAKS was changed.
  if [[ $cur == = ]]; then cur=
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  elif [[ $cur == --*=* ]]; then prev=\${cur%%=*} before=\${cur%%=*}= cur=\${cur#*=}
  fi
  if ((COMP_CWORD > 1)); then
    id=\${COMP_WORDS[1]}
    case $id in
    ${topic.join('|')}) if ((COMP_CWORD > 2)); then id="$id \${COMP_WORDS[2]}"; fi ;;
    esac
  fi
  case $id in
    '')
      offered='${[...single, ...topic, '--help', '--version'].join(' ')}' ;;
${[...below, ...verbs.map(caseOf)].join('\n')}
  esac
  if [[ -z $files ]]; then compopt +o default 2>/dev/null; fi
  COMPREPLY=($(compgen -P "$before" -W "$offered" -- "$cur"))
}
complete -o default -F _${bin} ${bin}
`
}

/** What is offered within a verb: by the word before, else its flags, and files where it takes some. */
function caseOf({ id, flags, args }: CompletedVerb): string {
  const valued = flags.flatMap(flag =>
    flag.value === undefined ? [] : [`        ${forms(flag).join('|')}) ${offering(flag.value)} ;;`],
  )
  const offered = flags.flatMap(forms).join(' ')
  const words = args.find(one => Array.isArray(one))
  const always = Array.isArray(words) ? `offered='${words.join(' ')} ${offered}'` : `offered='${offered}'`
  // Files come where nothing that is offered fits.
  const other = args.includes('file') ? `if [[ $cur == -* ]]; then ${always}; else files=1; fi` : always
  return `    '${id}')
      case $prev in
${[...valued, `        *) ${other} ;;`].join('\n')}
      esac ;;`
}

function offering(value: Expected): string {
  if (value === 'file') return 'files=1'
  return value === 'unknown' ? ':' : `offered='${value.join(' ')}'`
}

const forms = ({ name, char }: CompletedFlag) => [`--${name}`, ...(char === undefined ? [] : [`-${char}`])]
