import { describe, expect, it, test } from 'vitest'
import { parseCheck, parseImages, parseLeases, parseRoot } from '../../../../src/adapters/containerd/table.ts'

const digest = `sha256:${'a'.repeat(64)}` as const
const type = 'application/vnd.oci.image.index.v1+json'

describe('the tables of ctr', () => {
  it('images: names, digests and pins, whatever is in the other columns', () => {
    const table = [
      'REF                     TYPE DIGEST SIZE PLATFORMS LABELS',
      `docker.io/a/b:1         ${type} ${digest} 275.7 MiB linux/amd64,linux/arm64 a=b c,io.cri-containerd.pinned=pinned`,
      `docker.io/a/c:1         ${type} ${digest} 0.0 B     -                       -`,
      `docker.io/a/d:1         ${type} ${digest} 1.0 KiB   linux/amd64             io.cri-containerd.pinned=no`,
      `${digest} ${type} ${digest} 9 B linux/amd64 io.cri-containerd.pinned=pinned,z=1   `,
      'WARN[0000] DEPRECATION: something',
    ].join('\n')
    expect(parseImages(table)).toEqual([
      { name: 'docker.io/a/b:1', digest, pinned: true },
      { name: 'docker.io/a/c:1', digest, pinned: false },
      { name: 'docker.io/a/d:1', digest, pinned: false },
      { name: digest, digest, pinned: true },
    ])
  })

  it('images: a pin with K3s’s own label is one that ends', () => {
    const line = (labels: string) => `docker.io/a/b:1 ${type} ${digest} 9 B linux/amd64 ${labels} `
    const pins = (labels: string) =>
      parseImages(line(labels)).map(({ pinned, pinEnds = false }) => ({ pinned, pinEnds }))
    const [cri, k3s] = ['io.cri-containerd.pinned=pinned', 'io.cattle.k3s.pinned=pinned']
    expect(pins(`${k3s},io.cri-containerd.image=managed,${cri}`)).toEqual([{ pinned: false, pinEnds: true }])
    expect(pins(k3s)).toEqual([{ pinned: false, pinEnds: false }])
    expect(pins(`io.cattle.k3s.pinned=no,${cri}`)).toEqual([{ pinned: true, pinEnds: false }])
    expect(pins(`x-${k3s},${cri}`)).toEqual([{ pinned: true, pinEnds: false }])
  })

  it('images: a note that Sealift brought it counts for the digest that it names', () => {
    const brought = (labels: string) =>
      parseImages(`docker.io/a/b:1 ${type} ${digest} 9 B linux/amd64 ${labels} `)[0]?.brought
    expect(brought(`a=b,dev.sealift/brought=${digest},io.cri-containerd.pinned=pinned`)).toBe(true)
    expect(brought(`dev.sealift/brought=${digest.replace('a', 'b')}`)).toBeUndefined()
    expect(brought(`x-dev.sealift/brought=${digest}`)).toBeUndefined()
    expect(brought('dev.sealift/brought=true')).toBeUndefined()
  })

  // As ctr 1.6.20 and 2.3.2 print it: the second with an offset, where the machine is not on UTC.
  it.each([
    [
      '1.6',
      [
        'ID             CREATED AT           LABELS                                       ',
        '929401566-gFGf 2026-11-29T16:32:23Z containerd.io/gc.expire=2026-11-30T16:32:23Z ',
        '/tmp/mnt       2026-11-29T16:32:23Z a=b c,containerd.io/gc.expire=2026-11-30T16:32:23Z,containerd.io/gc.ref.snapshot.overlayfs=/tmp/mnt ',
        'k3s            2026-11-29T16:32:23Z -                                            ',
      ],
    ],
    [
      '2.3',
      [
        'time="2026-11-29T16:32:43Z" level=warning msg="DEPRECATION: cgroup v1 is deprecated"',
        'ID             CREATED AT                LABELS                                            ',
        '929401566-gFGf 2026-11-29T18:02:23+01:30 containerd.io/gc.expire=2026-11-30T18:02:23+01:30 ',
        '/tmp/mnt       2026-11-29T18:02:23+01:30 containerd.io/gc.expire=2026-11-30T18:02:23+01:30 ',
        'k3s            2026-11-29T18:02:23+01:30 x-containerd.io/gc.expire=1                       ',
      ],
    ],
  ])('leases: names, times and whether they end, of %s', (_, lines) => {
    const created = Date.UTC(2026, 10, 29, 16, 32, 23)
    expect(parseLeases(lines.join('\n'))).toEqual([
      { id: '929401566-gFGf', created, expires: true },
      { id: '/tmp/mnt', created, expires: true },
      { id: 'k3s', created, expires: false },
    ])
    expect(parseLeases('ID CREATED AT LABELS \n')).toEqual([])
  })

  it('check: what is whole and what is unpacked', () => {
    const table = [
      'REF TYPE DIGEST STATUS SIZE UNPACKED',
      `docker.io/a/b:1 ${type} ${digest} complete (3/3)    1.0 MiB/1.0 MiB true`,
      `docker.io/a/c:1 ${type} ${digest} complete (3/3)    1.0 MiB/1.0 MiB false  `,
      `docker.io/a/d:1 ${type} ${digest} incomplete (2/3)  0.1 MiB/1.0 MiB false`,
      `docker.io/a/e:1 ${type} ${digest} unavailable (0/?) 0.0 B/?         false`,
    ].join('\n')
    expect(parseCheck(table).map(({ complete, unpacked }) => [complete, unpacked])).toEqual([
      [true, true],
      [true, false],
      [false, false],
      [false, false],
    ])
  })
})

test.each([
  [
    'Type:  io.containerd.content.v1\nID:    content\nExports:\n              root      /var/lib/x/content \n',
    '/var/lib/x/content',
  ],
  [
    'ID: content\nExports:      root      /var/lib/rancher/k3s/agent/containerd\n',
    '/var/lib/rancher/k3s/agent/containerd',
  ],
  ['ID: content\n', undefined],
])('the root of a plugin is read from its details', (text, root) => {
  expect(parseRoot(text)).toBe(root)
})
