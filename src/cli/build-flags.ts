import { Flags } from '@oclif/core'
import { executableFlagOf, factsFlag, registriesFlag, signingKeyFlag, sizeFlag } from './flags.ts'

/** What `build` is told. */
export const buildFlags = {
  output: Flags.string({ char: 'o', default: 'out', summary: 'Folder for the bundle.' }),
  concurrency: Flags.integer({
    char: 'j',
    default: 8,
    min: 1,
    max: 32,
    summary: 'The most blobs fetched at once; how many pay is found out on the way.',
  }),
  'volume-size': sizeFlag({ summary: 'Cut the bundle into volumes of this size, like 4G or 2Gi.' }),
  since: Flags.string({
    summary: 'Build a delta: leave out the image layers that this older bundle, lock or spec folder has.',
    helpValue: 'OLD',
  }),
  facts: factsFlag({ exclusive: ['since'] }),
  registries: registriesFlag,
  locked: Flags.boolean({ summary: 'Resolve anew first; build nothing unless all is as it was locked.' }),
  key: signingKeyFlag(),
  carrier: Flags.boolean({
    dependsOn: ['key'],
    summary: 'Write the folder that travels as well: see carry.',
  }),
  // Without a folder that travels nobody would carry it.
  executable: executableFlagOf({ dependsOn: ['carrier'] }),
}
