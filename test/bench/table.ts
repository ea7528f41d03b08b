/** What is compared with what, and the targets: the rows of the results, in order. */
import { largeSize } from './large.ts'
import { shape } from './link.ts'
import type { Outcome } from './outcome.ts'
import { given } from './peers.ts'
import type { Row, Unit, Value } from './rows.ts'
import type { Target } from './statistics.ts'
import type { TrialName } from './trials.ts'
import { dumps } from './way-back.ts'

const value = (name: TrialName, of: (outcome: Outcome) => number): Value => ({ needs: [name], of })
const seconds = (name: TrialName) => value(name, outcome => outcome.seconds)
const synced = (name: TrialName) => value(name, outcome => outcome.synced ?? outcome.seconds)
const cpu = (name: TrialName) => value(name, outcome => outcome.cpu)
const peak = (name: TrialName) => value(name, outcome => outcome.peak / 1e6)
const milliseconds = (name: TrialName) => value(name, outcome => outcome.seconds * 1000)
const sent = (name: TrialName) => value(name, ({ blobs }) => (blobs?.bytes ?? Number.NaN) / 1e6)
const written = (name: TrialName) =>
  value(name, ({ written, toDisk, size }) => Math.max(written, toDisk) / size)
/** The least of several, each of one trial. */
const faster = (...values: Value[]): Value => ({
  needs: values.flatMap(({ needs }) => needs),
  of: (...outcomes: Outcome[]) => Math.min(...values.map((one, i) => one.of(...outcomes.slice(i, i + 1)))),
})
// The peers that a machine has: Hauler is one where HAULER_BIN names it.
const peers: readonly TrialName[] = ['crane', 'skopeo', ...(given.hauler ? (['hauler'] as const) : [])]
const onePeers: readonly TrialName[] = [
  'oneCrane',
  'oneSkopeo',
  ...(given.hauler ? (['oneHauler'] as const) : []),
]
const peersCalled = given.hauler
  ? 'the fastest of crane and skopeo, with tar, and Hauler'
  : 'the faster of crane and skopeo, with tar'
/** How often it waited for a way of 40 ms: what it takes longer there. */
const depth: Value = {
  needs: ['lockFar', 'lock'],
  of: (...[far, near]: Outcome[]) =>
    (((far?.seconds ?? Number.NaN) - (near?.seconds ?? Number.NaN)) * 1000) / shape.delay,
}
const rate: Value = value('link', ({ blobs, seconds }) => ((blobs?.bytes ?? Number.NaN) * 8e-6) / seconds)
const wholeRate: Value = value('link', () => shape.rate / 1e6)
const beyond = value('install', outcome => outcome.beyond ?? Number.NaN)
const read = (which: 'bytes' | 'wanted') =>
  value('load', outcome => (outcome.read?.[which] ?? Number.NaN) / 1e6)

const alone = (key: string, what: string, unit: Unit, ours: Value, target?: Target): Row => ({
  key,
  what,
  unit,
  ours,
  ...(target ? { target } : {}),
})
const against = (
  [key, what, unit, ours]: readonly [string, string, Unit, Value],
  called: string,
  theirs: Value,
  target?: Target,
): Row => ({ ...alone(key, what, unit, ours, target), theirs: { ...theirs, called } })

const memoryTarget: Target = { most: 200, always: true }
const buildMemory: Target = { most: 130, always: true }
const flat: Target = { most: 1.15 }
const large = `${largeSize / 1e9} GB`
const build = ['build', 'build, 4 images of 650 MB', 's', seconds('sealift')] as const
const limit = ['limit', 'build, 4 images of 650 MB', 's', seconds('sealift')] as const
const work = ['cpu', 'build, 4 images of 650 MB, processor time', 's', cpu('sealift')] as const
const verify = ['verify', 'verify', 's', seconds('verify')] as const
const link = 'build, 1 image of 276 MB over 200 Mbit/s and 40 ms'

const processor = (name: TrialName) => value(name, outcome => outcome.cpu * 1000)
const started = (verb: string, as: string, name: TrialName) =>
  against(
    ['start', `sealift ${verb}, ${as}, processor time`, 'ms', processor(name)],
    'node -e 0',
    processor('nodeStart'),
    { most: 3 },
  )

const byTools = 'pg_dump -Fc and pg_restore of the same'
const archived = (what: string, small: TrialName, large: TrialName): readonly Row[] => {
  const [less, more] = [`${dumps.small / 1e6} MB`, `${dumps.large / 1e9} GB`]
  return [
    alone('backup', `${what}, a dump of ${less}, peak memory`, 'MB', peak(small), memoryTarget),
    alone('backup-large', `${what}, a dump of ${more}, peak memory`, 'MB', peak(large), memoryTarget),
    against(
      ['backup-large', `${what}, a dump of ${more}, peak memory`, 'MB', peak(large)],
      less,
      peak(small),
      flat,
    ),
  ]
}

/** Every row. */
export const rows: readonly Row[] = [
  against(build, peersCalled, faster(...peers.map(seconds)), { most: 0.6 }),
  against(build, 'crane pull --format oci, tar', seconds('crane')),
  against(build, 'skopeo copy ×4, tar', seconds('skopeo')),
  against(build, 'hauler store add image ×4, store save', seconds('hauler')),
  against(build, 'zarf package create', seconds('zarf')),
  against(build, 'the faster of both, synced as ours is', faster(synced('crane'), synced('skopeo'))),
  against(limit, 'the limit: cat of the blobs, openssl sha256', seconds('limit')),
  against(limit, 'the limit, synced as ours is', synced('limit'), { most: 1.15 }),
  against(limit, 'cat of the blobs, sha256sum', seconds('limitSha256sum')),
  against(
    ['one', 'build, 1 image of 50 MB', 's', seconds('one')],
    peersCalled,
    faster(...onePeers.map(seconds)),
    { most: 0.8 },
  ),
  against(
    ['one', 'build, 1 image of 50 MB, processor time', 's', cpu('one')],
    'crane pull --format oci, tar',
    cpu('oneCrane'),
    { most: 0.8 },
  ),
  against(work, 'crane pull --format oci, tar', cpu('crane'), { most: 0.8 }),
  against(work, 'the lesser of crane and skopeo, with tar', faster(cpu('crane'), cpu('skopeo'))),
  against(work, 'the limit: cat of the blobs, openssl sha256', cpu('limit')),
  alone('written', 'bytes written / bundle size', '×', written('sealift'), { most: 1.01, always: true }),
  alone('written', 'the same of crane, tar', '×', written('crane')),
  alone('written', 'the same of skopeo, tar', '×', written('skopeo')),
  alone('memory', 'build, 100 MB, peak memory', 'MB', peak('small'), buildMemory),
  alone('memory', 'build, 650 MB, peak memory', 'MB', peak('sealift'), buildMemory),
  against(['memory', 'build, 650 MB, peak memory', 'MB', peak('sealift')], '100 MB', peak('small'), flat),
  alone('large', `build, ${large}, peak memory`, 'MB', peak('large'), buildMemory),
  against(['large', `build, ${large}, peak memory`, 'MB', peak('large')], '100 MB', peak('small'), flat),
  alone('rebuild', 'build again, nothing changed', 's', seconds('rebuild'), { most: 1.5 }),
  alone('rebuild', 'blob bytes moved by it', 'MB', sent('rebuild'), { most: 0, always: true }),
  against(['link', link, 'Mbit/s', rate], 'the link', wholeRate, { least: 0.95 }),
  against(['link', link, 's', seconds('link')], 'crane pull --format oci, tar', seconds('linkCrane')),
  against(
    ['link', `${link}, processor time`, 's', cpu('link')],
    'crane pull --format oci, tar',
    cpu('linkCrane'),
  ),
  alone('lock', 'lock --locked, 4 images 40 ms away: round trips deep', 'round trips', depth, {
    most: 3,
  }),
  alone(
    'lock',
    'requests of it',
    'requests',
    value('lock', ({ requests }) => requests ?? Number.NaN),
  ),
  against(
    ['load', 'bytes read to load the one image that a node lacks', 'MB', read('bytes')],
    'its blobs',
    read('wanted'),
    { most: 1.05, always: true },
  ),
  alone('load', 'verify 650 MB and load that image, peak memory', 'MB', peak('load'), memoryTarget),
  against(verify, 'openssl sha256 of the file', seconds('openssl'), { most: 1.25 }),
  against(verify, 'sha256sum of the file', seconds('sha256sum')),
  alone('verify', 'verify, 650 MB, peak memory', 'MB', peak('verify'), memoryTarget),
  against(
    ['install', 'install, fresh, one image of 276 MB', 's', seconds('install')],
    'the build of SEALIFT_BASE_BIN',
    seconds('installBase'),
    { most: 0.6 },
  ),
  alone('install', 'install, fresh, beyond loading that image and starting its pods', 's', beyond, {
    most: 10,
  }),
  alone('install', 'install again, nothing changed', 's', seconds('installAgain'), { most: 5 }),
  alone('install', 'install, fresh, peak memory', 'MB', peak('install'), memoryTarget),
  alone('install', 'install again, peak memory', 'MB', peak('installAgain'), memoryTarget),
  against(
    ['tenancy', 'tenancy apply, 200 projects of 3 environments and 10 folders', 's', seconds('tenancy')],
    'one request at a time',
    seconds('tenancyOne'),
    { most: 0.8 },
  ),
  alone('tenancy', 'the same, peak memory', 'MB', peak('tenancy'), memoryTarget),
  against(
    ['migrate', 'migrate sops, 5000 secrets, read back and compared', 's', seconds('migrate')],
    'one request a secret, one after the other',
    seconds('migrateEach'),
    { most: 0.05 },
  ),
  alone('migrate', 'the same, peak memory', 'MB', peak('migrate'), memoryTarget),
  against(
    ['wayback', 'copy a database of 1 GB inside its server', 's', seconds('copyInside')],
    byTools,
    seconds('dumpAndRestore'),
    { most: 0.2 },
  ),
  against(
    ['wayback', 'serve that copy again', 's', seconds('serveCopy')],
    byTools,
    seconds('dumpAndRestore'),
    {
      most: 0.02,
    },
  ),
  ...archived('backup', 'backup', 'backupLarge'),
  ...archived('rehearsal of its restore', 'rehearsal', 'rehearsalLarge'),
  alone('version', 'sealift --version', 'ms', milliseconds('version'), { most: 150 }),
  against(['version', 'sealift --version', 'ms', milliseconds('version')], 'node -e 0', milliseconds('node')),
  alone('start', 'sealift --version, one executable', 'ms', milliseconds('versionStart'), { most: 60 }),
  alone('start', 'sealift status, one executable, a real API server', 'ms', milliseconds('statusStart'), {
    most: 250,
  }),
  started('--version', 'one executable', 'versionStart'),
  started('--version', 'checkout', 'versionCheckout'),
  started('inspect', 'one executable', 'inspectStart'),
  started('inspect', 'checkout', 'inspectCheckout'),
  started('status', 'one executable', 'statusStart'),
  started('status', 'checkout', 'statusCheckout'),
  started('--help', 'one executable', 'helpStart'),
  started('--help', 'checkout', 'helpCheckout'),
]
