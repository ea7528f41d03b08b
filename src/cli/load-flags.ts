import { Flags } from '@oclif/core'
import { loadingWays } from '../kernel/inputs/index.ts'

/** `--load` of the verbs that bring images to a site's nodes. */
export const loadFlag = Flags.option({
  options: loadingWays,
  helpValue: 'WAY',
  summary: `How images come to the nodes: ${loadingWays.slice(0, -1).join(', ')} or ${loadingWays.at(-1)} (default: load.way of the site file, else containerd where this machine is the only node, or cluster).`,
})
