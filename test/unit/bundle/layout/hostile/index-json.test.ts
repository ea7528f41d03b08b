/** An index.json that names what is not there, not locked, twice, or wrongly. */
import { annotations, type Descriptor, digestOf } from '../../../../../src/kernel/oci/index.ts'
import { withEntries, withIndex } from '../../../../support/forged-bundle.ts'
import { areRefused, file, text } from './refused.ts'

// The sample's index names two images, a chart and the Sealift artifact, in this order.
const [image, chart, artifact] = [0, 2, 3]
const entries = (change: (all: Descriptor[]) => unknown[]) => () => withIndex(file, change)
const entry = (at: number, change: (one: Descriptor) => object) =>
  entries(all => all.map((one, i) => (i === at ? { ...one, ...change(one) } : one)))
const noted = (at: number, notes: Record<string, string>) =>
  entry(at, one => ({ annotations: { ...one.annotations, ...notes } }))
const named = (at: number, name: string) =>
  noted(at, { [annotations.containerdName]: name, [annotations.refName]: name })
const written = (change: (bytes: Buffer) => Buffer) => () =>
  withEntries(file, all =>
    all.map(one => (one.name === 'index.json' ? { ...one, body: change(one.body) } : one)),
  )

areRefused([
  // the text
  [
    'an index nested without end',
    written(() => text(`${'['.repeat(100)}${']'.repeat(100)}`)),
    /deeper than 64/,
  ],
  ['an index of 5 MB', written(() => Buffer.alloc(5_000_000, ' ')), /index\.json: is larger/],
  ['an index in another form', written(bytes => Buffer.concat([bytes, text('\n')])), /one form/],
  [
    'entries under a name that others read as theirs',
    written(bytes => text(`{"Manifests":[],${bytes.subarray(1)}`)),
    /index\.json .*has the field Manifests, which others read as manifests/,
  ],
  [
    'names under such a name',
    entry(image, () => ({ Annotations: { [annotations.refName]: 'docker.io/lab/other:1' } })),
    /the field Annotations, which others read as annotations/,
  ],
  // images
  ['a short name', named(image, 'infisical:1'), /infisical:1: is no full image name/],
  ['a name that is a digest', named(image, `docker.io/lab/x@${digestOf('x')}`), /no full image name/],
  ['a name of another digest', named(image, `docker.io/lab/x:1@${digestOf('x')}`), /which its name is not/],
  [
    'a name that escapes the line',
    named(image, 'docker.io/x:1\nroot'),
    /docker\.io\/x:1\\u\{a\}root: is no full/,
  ],
  [
    'two different names',
    noted(image, { [annotations.refName]: 'docker.io/lab/other:1' }),
    /two name annotations differ/,
  ],
  ['one name twice', entries(all => [...all, ...all.slice(0, 1)]), /is there twice/],
  [
    'an image not in the lock',
    named(image, 'docker.io/evil/x:1'),
    /docker\.io\/evil\/x:1: is not in the lock/,
  ],
  ['an image left out', entries(all => all.slice(1)), /is in the lock but not in the bundle/],
  [
    'images that changed places',
    entries(([a, b, ...all]) => [
      { ...b, annotations: a?.annotations },
      { ...a, annotations: b?.annotations },
      ...all,
    ]),
    /the lock says/,
  ],
  ['an entry without name or type', entry(image, () => ({ annotations: {} })), /neither a named image/],
  // charts
  ['a chart with an image name', named(chart, 'docker.io/lab/chart:1'), /neither a named image/],
  ['a chart twice', entries(all => [...all, ...all.slice(2, 3)]), /the charts: one of them is/],
  [
    'a chart name that is a path',
    noted(chart, { [annotations.chartName]: '../demo' }),
    /no name for a chart/,
  ],
  [
    'a chart name that Kubernetes refuses',
    noted(chart, { [annotations.chartName]: 'De_mo' }),
    /no name for a chart/,
  ],
  [
    'a chart version that is a path',
    noted(chart, { [annotations.chartVersion]: '1.0.0/../..' }),
    /no version of a chart/,
  ],
  [
    'another chart version',
    noted(chart, { [annotations.chartVersion]: '9.9.9' }),
    /chart demo 9\.9\.9: is not in the lock/,
  ],
  // the Sealift artifact
  ['a format of the future', noted(artifact, { 'dev.sealift.format': '2' }), /format 2 is not the one/],
  ['no Sealift artifact', entries(all => all.slice(0, 3)), /names 0 Sealift artifacts/],
  ['two Sealift artifacts', entries(all => [...all, ...all.slice(3)]), /names 2 Sealift artifacts/],
  // descriptors
  ['a manifest that is not there', entry(image, () => ({ digest: digestOf('gone') })), /is missing/],
  ['a wrong size', entry(image, ({ size }) => ({ size: size + 1 })), /the archive says/],
  [
    'a digest that is a path',
    entry(image, () => ({ digest: 'sha256:../../x' })),
    /not sha256: and 64 hex digits/,
  ],
])
