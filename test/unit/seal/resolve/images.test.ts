import { describe, expect, test } from 'vitest'
import { renderedObjects } from '../../../../src/kernel/objects/index.ts'
import { findImages, parseChartYaml } from '../../../../src/seal/resolve/index.ts'

const metadata = parseChartYaml('name: app\nversion: 1.0.0\n', 'app')

function find(yaml: string, chart = metadata) {
  return findImages([{ metadata: chart, objects: renderedObjects('app', yaml) }])
}

test('an argument of any length is looked at', () => {
  const word = `--${'image'.repeat(200_000)}!`
  const container = `{ name: main, image: r.io/a:1, args: ['${word}', --proxy-IMAGE=r.io/b:2, --image, r.io/c:3] }`
  const text = `{ kind: Pod, metadata: { name: x }, spec: { containers: [${container}] } }`
  expect(names(text)).toEqual(['r.io/a:1', 'r.io/b:2', 'r.io/c:3'])
})

const names = (yaml: string) => find(yaml).images.map(({ name }) => name)
const pod = (image: string, name = 'main') => `{ containers: [{ name: ${name}, image: '${image}' }] }`

describe('pods at any depth', () => {
  test.each(['Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet', 'Job'])('%s', kind => {
    const yaml = `{ kind: ${kind}, metadata: { name: x }, spec: { template: { spec: ${pod('r.io/a:1')} } } }`
    expect(find(yaml).images).toEqual([
      {
        name: 'r.io/a:1',
        reasons: [{ chart: 'app', object: `${kind}/x`, field: 'spec.template.spec.containers[0].image' }],
      },
    ])
  })

  test('Pod and CronJob', () => {
    expect(names(`{ kind: Pod, metadata: { name: x }, spec: ${pod('a')} }`)).toEqual([
      'docker.io/library/a:latest',
    ])
    const job = `{ template: { spec: ${pod('r.io/cron:1')} } }`
    const cron = `{ kind: CronJob, metadata: { name: x }, spec: { jobTemplate: { spec: ${job} } } }`
    expect(find(cron).images[0]?.reasons[0]?.field).toBe(
      'spec.jobTemplate.spec.template.spec.containers[0].image',
    )
  })

  test('kind: List and lists of one kind, nested too', () => {
    const one = `{ kind: Pod, metadata: { name: one }, spec: ${pod('r.io/one:1')} }`
    const two = `{ kind: PodList, items: [{ kind: Pod, metadata: { name: two }, spec: ${pod('r.io/two:1')} }] }`
    const found = find(`{ apiVersion: v1, kind: List, items: [${one}, ${two}] }`).images
    expect(found.map(({ reasons }) => reasons[0]?.object)).toEqual(['Pod/one', 'Pod/two'])
  })

  test('custom objects that embed a pod', () => {
    const yaml = `
kind: Cluster
metadata: { name: db }
spec:
  base: r.io/not-proven:1
  instances:
    - template: { spec: { initContainers: [{ name: init, image: r.io/init:1 }], containers: [{ name: db, image: r.io/db:1 }] } }
`
    const { images, suspects } = find(yaml)
    expect(images.map(({ name }) => name)).toEqual(['r.io/db:1', 'r.io/init:1'])
    expect(images[0]?.reasons[0]?.field).toBe('spec.instances[0].template.spec.containers[0].image')
    expect(suspects.map(({ text, field }) => [text, field])).toEqual([['r.io/not-proven:1', 'spec.base']])
  })

  test('init, ephemeral and image volumes', () => {
    const yaml = `
kind: Pod
metadata: { name: x }
spec:
  ephemeralContainers: [{ name: debug, image: r.io/debug:1 }]
  containers: [{ name: main, image: r.io/main:1 }]
  volumes: [{ name: data, image: { reference: r.io/data:1 } }, { name: none, emptyDir: {} }]
`
    expect(names(yaml)).toEqual(['r.io/data:1', 'r.io/debug:1', 'r.io/main:1'])
  })

  test('definitions of custom resources describe fields, and are no pods', () => {
    const yaml = `
kind: CustomResourceDefinition
metadata: { name: things }
spec: { versions: [{ schema: { containers: [{ name: x, image: r.io/example:1 }] } }] }
`
    expect(find(yaml).images).toEqual([])
    expect(find(yaml).suspects.map(({ text }) => text)).toEqual(['r.io/example:1'])
  })
})

describe('names', () => {
  test('one name in several places is one image with several reasons, sorted', () => {
    const yaml = ['b', 'a'].map(
      name => `{ kind: Pod, metadata: { name: ${name} }, spec: ${pod('docker.io/library/x:1')} }`,
    )
    const short = `{ kind: Pod, metadata: { name: c }, spec: ${pod('x:1')} }`
    const { images } = find([...yaml, short].join('\n---\n'))
    expect(images.map(({ name }) => name)).toEqual(['docker.io/library/x:1'])
    expect(images[0]?.reasons.map(({ object }) => object).sort()).toEqual(['Pod/a', 'Pod/b', 'Pod/c'])
  })

  test('digests stay as the chart wrote them; without a tag they get one, so that K3s imports the image', () => {
    const digest = `sha256:${'a'.repeat(64)}`
    expect(names(`{ kind: Pod, metadata: { name: x }, spec: ${pod(`r.io/x:1@${digest}`)} }`)).toEqual([
      `r.io/x:1@${digest}`,
    ])
    expect(names(`{ kind: Pod, metadata: { name: x }, spec: ${pod(`r.io/x@${digest}`)} }`)).toEqual([
      `r.io/x:sha256-aaaaaaaaaaaa@${digest}`,
    ])
  })

  test('what is told of an image can be shown', () => {
    const { suspects } = find(
      `{ kind: Pod, metadata: { name: "x\\e[2J" }, spec: ${pod('r.io/a b\u202e:1')} }`,
    )
    expect(suspects).toMatchObject([{ text: 'r.io/a b\\u{202e}:1', object: 'Pod/x\\u{1b}[2J' }])
  })

  test('a name that is none is a suspect rather than lost', () => {
    const { images, suspects } = find(`{ kind: Pod, metadata: { name: x }, spec: ${pod('r.io/UPPER:1')} }`)
    expect(images).toEqual([])
    expect(suspects.map(({ text }) => text)).toEqual(['r.io/UPPER:1'])
  })

  test('images the spec lists', () => {
    expect(findImages([], ['busybox:1.37']).images).toEqual([
      {
        name: 'docker.io/library/busybox:1.37',
        reasons: [{ chart: 'spec', object: '', field: 'images[0]' }],
      },
    ])
  })
})

describe('arguments, variables, annotations', () => {
  const container = (fields: string) =>
    `{ kind: Pod, metadata: { name: x }, spec: { containers: [{ name: main, image: r.io/main:1, ${fields} }] } }`

  test('those that say they are images are', () => {
    const yaml = container(`
      args: ['--acme-solver-image=r.io/solver:1', --sidecar.image, r.io/sidecar:1, '--image=short:1', --other-image=bare],
      env: [{ name: RELATED_IMAGE_DB, value: r.io/db:1 }, { name: BACKUP_IMAGE, value: r.io/backup:1 }]`)
    expect(find(yaml).suspects.map(({ text }) => text)).toEqual(['bare'])
    expect(names(yaml)).toEqual([
      'docker.io/library/short:1',
      'r.io/backup:1',
      'r.io/db:1',
      'r.io/main:1',
      'r.io/sidecar:1',
      'r.io/solver:1',
    ])
  })

  test('those that do not say so are suspects', () => {
    const yaml = container(
      `args: ['--run=r.io/what:1', '--addr=db.svc:5432'], env: [{ name: X, value: r.io/env:1 }]`,
    )
    expect(find(yaml).suspects.map(({ text }) => text)).toEqual(['r.io/env:1', 'r.io/what:1'])
  })

  test('ConfigMaps are looked through, Secrets are not', () => {
    const yaml = `
{ kind: ConfigMap, metadata: { name: x }, data: { config.yaml: "base: r.io/in-config:1\\nurl: https://r.io/page:1" } }
---
{ kind: Secret, metadata: { name: x }, stringData: { a: r.io/secret:1, image: r.io/secret:1 } }
`
    expect(find(yaml)).toEqual({
      images: [],
      suspects: [
        { text: 'r.io/in-config:1', chart: 'app', object: 'ConfigMap/x', field: 'data["config.yaml"]' },
      ],
    })
  })

  test('what is proven elsewhere is no suspect', () => {
    const yaml = `${container('')}\n---\n{ kind: ConfigMap, metadata: { name: x }, data: { a: r.io/main:1 } }`
    expect(find(yaml).suspects).toEqual([])
  })

  test('annotations, as whoever reads them does', () => {
    const noted = '[\n    {name: x, name: y, image: !one r.io/noted:1}\n    ]\n    ---\n    none'
    const text = `name: app\nversion: 1.0.0\nannotations: {\n}\nannotations:\n  helm.sh/images: |\n    ${noted}\n`
    expect(find('', parseChartYaml(text, 'app')).images).toMatchObject([{ name: 'r.io/noted:1' }])
  })

  test.each(['helm.sh/images', 'artifacthub.io/images'])('%s of Chart.yaml', key => {
    const text = `name: app\nversion: 1.0.0\nannotations:\n  ${key}: |\n    - name: x\n      image: r.io/noted:1\n`
    expect(find('', parseChartYaml(text, 'app')).images).toEqual([
      {
        name: 'r.io/noted:1',
        reasons: [{ chart: 'app', object: 'Chart.yaml', field: `annotations["${key}"][0].image` }],
      },
    ])
  })
})
