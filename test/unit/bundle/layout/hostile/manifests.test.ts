/** Manifests of images, charts and tools that say what is not so, or lead out of their folder. */
import {
  annotations,
  canonicalJson,
  type Descriptor,
  digestOf,
  mediaTypes,
} from '../../../../../src/kernel/oci/index.ts'
import { withBlob } from '../../../../support/forged-bundle.ts'
import { areRefused, file, lock, plan } from './refused.ts'

/** Changes the first manifest that `which` picks. */
const changing = (which: (body: string) => boolean) => (change: (body: string) => string) => () =>
  withBlob(file, which, change)
const image = changing(body => digestOf(body) === lock.images[0]?.digest)
const index = changing(body => body.includes('"manifests"'))
const chart = changing(body => body.includes(mediaTypes.helmConfig) && body.includes('"layers"'))
const artifact = changing(body => body.includes(`"artifactType":"${mediaTypes.bundleArtifact}"`))

areRefused([
  // images
  [
    'a manifest that is also an index',
    image(body => body.replace('{', '{"manifests":[],')),
    /field of an index/,
  ],
  [
    'a manifest whose layers others read elsewhere',
    image(body => body.replace('{', '{"Layers":[],')),
    /the field Layers, which others read as layers/,
  ],
  ['a manifest that says its layers twice', image(body => body.replace('{', '{"layers":[],')), /there twice/],
  ['a manifest that is no JSON', image(() => 'hello'), /not valid JSON/],
  [
    'a layer that is not there',
    image(body =>
      body
        .replace(plan.wanted[0]?.digest ?? '', digestOf('x'))
        .replace(/"digest":"sha256:[0-9a-f]+"(?=[^{]*}\]})/, `"digest":"${digestOf('gone')}"`),
    ),
    /its blob sha256:[0-9a-f]+ \([\d.]+ k?B\) is missing/,
  ],
  [
    'an index without our platform',
    index(body => body.replace('"amd64"', '"s390x"')),
    /has no manifest for linux\/amd64/,
  ],
  // charts
  [
    'a chart that is something else',
    chart(body => body.replace(mediaTypes.helmConfig, 'text/x')),
    /not a Helm chart/,
  ],
  // files
  [
    'a file that climbs',
    artifact(body => body.replace('"budget.json"', '"../../.bashrc"')),
    /file \.\.\/\.\.\/\.bashrc: no path/,
  ],
  [
    'an absolute file',
    artifact(body => body.replace('"budget.json"', '"/etc/passwd"')),
    /no path below a folder/,
  ],
  [
    'a file twice',
    artifact(body => body.replace('"budget.json"', '"bundle.yaml"')),
    /file bundle\.yaml: is there twice/,
  ],
  ['no spec', artifact(body => body.replace('"bundle.yaml"', '"other.yaml"')), /has no bundle\.yaml/],
  // tools
  [
    'a tool twice',
    artifact(body => {
      const whole = JSON.parse(body)
      const tool = whole.layers.find((one: Descriptor) => one.mediaType === mediaTypes.bundleTool)
      const [{ digest, size }] = whole.layers
      const title = { ...tool.annotations, [annotations.title]: 'tools/other' }
      return canonicalJson({
        ...whole,
        layers: [{ ...tool, digest, size, annotations: title }, ...whole.layers],
      })
    }),
    /the tools: one of them is there twice/,
  ],
  [
    'a tool member that climbs',
    artifact(body => body.replace('linux-amd64/helm', '../../bin/sh')),
    /is no tool: its member/,
  ],
  [
    'a tool name that is a path',
    artifact(body => body.replace('"helm"', '"/bin/sh"')),
    /is no tool: its name/,
  ],
  [
    'a tool that is not in the lock',
    artifact(body => body.replace('"4.1.4"', '"4.1.5"')),
    /tool helm 4\.1\.5 .*: is not in the lock/,
  ],
])
