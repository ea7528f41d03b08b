import type { Hook } from '@oclif/core'
import { exitCodes, printable, SealiftError } from '../kernel/errors/index.ts'
import { nearest } from '../kernel/yaml/index.ts'
import { explain, jsonError } from './base-command.ts'
import { printableJson } from './printable-json.ts'

/** What oclif calls for a verb that is not there: names the nearest one, and ends with the code of wrong usage. */
const unknownVerb: Hook.CommandNotFound = async ({ id, argv = [], config }) => {
  const words = id.split(':')
  const verbs = config.commandIDs.map(known => known.replaceAll(':', ' '))
  const [first = ''] = words
  const below = verbs.filter(verb => verb.startsWith(`${first} `))
  const guess = nearest(words.slice(0, 2).join(' '), verbs) ?? nearest(first, verbs) ?? below[0]
  const said = below.length > 0 ? words.join(' ') : first
  const what = first.startsWith('-')
    ? `a verb is missing before ${printable(first)}`
    : `there is no verb "${printable(said)}"`
  const error = new SealiftError('USAGE', what, {
    hints: [...(guess ? [`did you mean: sealift ${guess}`] : []), 'all verbs: sealift --help'],
  })
  if (argv.includes('--json') || words.includes('--json'))
    process.stdout.write(`${printableJson(jsonError(error))}\n`)
  else process.stderr.write(explain(error))
  process.exitCode = exitCodes.USAGE
}

export default unknownVerb
