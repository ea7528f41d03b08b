/** Real shells that complete what is typed, with a script of Sealift's. */
import { execa } from 'execa'

/** Debian packages of the shells that a machine may lack. */
export const shellPackages = ['zsh', 'fish']

// Its own `sealift` tells what was typed when a line was ended; the mark is not in what the terminal echoes.
const inZsh = String.raw`
zmodload zsh/zpty
zpty z zsh -f -i
until_mark() { local out= chunk; while zpty -r z chunk; do out+=$chunk; [[ $out == *$1* ]] && break; done; print -rn -- $out }
zpty -w z "PS1=; autoload -Uz compinit && compinit -u -D; setopt no_beep; source $1; sealift() { print -r -- TYP''ED \$* }; print READY-\$((40+2))"
until_mark READY-42 >/dev/null
zpty -w -n z "$2"$'\t\t\n'
zpty -w z "print END-\$((40+2))"
until_mark END-42
zpty -d z
`

/** By shell: what is offered for the last word of a line, or, in zsh, all that is seen after two tabs and the end of the line. */
export const complete = {
  async bash(script: string, line: string): Promise<string[]> {
    const program = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _sealift; printf '%s\n' "\${COMPREPLY[@]}"`
    const words = line.split(/ |(?<==)|(?==)/)
    const { stdout } = await execa('bash', ['--norc', '-c', program, 'bash', script, ...words])
    return stdout.split('\n').filter(word => word !== '')
  },
  async zsh(script: string, line: string): Promise<string> {
    const { stdout } = await execa('zsh', ['-f', '-c', inZsh, 'zsh', script, line], {
      timeout: 60_000,
      env: { TERM: 'dumb', COLUMNS: '100' },
    })
    return stdout
  },
  async fish(script: string, line: string): Promise<string[]> {
    const program = 'source $argv[1]; complete -C $argv[2]'
    const { stdout } = await execa('fish', ['--no-config', '-c', program, script, line])
    return stdout.split('\n').flatMap(offered => (offered === '' ? [] : [offered.split('\t')[0] ?? '']))
  },
}
