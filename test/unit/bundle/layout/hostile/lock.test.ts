/** Locks that are none, that would not be read to an end, or that tell of another bundle. */
import { digestOf } from '../../../../../src/kernel/oci/index.ts'
import { withBlob } from '../../../../support/forged-bundle.ts'
import { sampleBundle } from '../../../../support/sample-bundle.ts'
import { areRefused, file, lock } from './refused.ts'

const written = (change: (body: string) => string) => () =>
  withBlob(file, body => body.includes('kind: BundleLock'), change)
const withFields = (change: Partial<typeof lock>) => () =>
  sampleBundle({ lock: whole => ({ ...whole, ...change }) }).file

areRefused([
  ['a lock with a stray field', written(body => `${body}\nextra: 1\n`), /is no lock: .*extra/],
  ['a lock that is no YAML', written(body => `${body}\n\t- [`), /bundle\.lock\.yaml: /],
  [
    'a lock of aliases',
    written(body =>
      body.replace('suspects: []', 'suspects:\n  - &a {chart: a, field: b, object: c, text: d}\n  - *a'),
    ),
    /bundle\.lock\.yaml: .*aliases/,
  ],
  [
    'a lock of many small things',
    written(body => body.replace('suspects: []', `suspects: [${'0,'.repeat(250_000)}0]`)),
    /more than 200000 fields/,
  ],
  [
    'a lock that writes on the terminal',
    withFields({ metadata: { name: 'sample\u001b[2J', version: '1.0.0' } }),
    /cannot be shown: sample\\u\{1b\}\[2J/,
  ],
  [
    'a lock for another platform',
    withFields({ platforms: ['linux/amd64', 'linux/arm64'] }),
    /has no manifest for linux\/arm64/,
  ],
  [
    'a lock with another chart',
    withFields({
      charts: lock.charts.map(chart => ({ ...chart, package: { ...chart.package, digest: digestOf('x') } })),
    }),
    /is another than the one in the lock/,
  ],
])
