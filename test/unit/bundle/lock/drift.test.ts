/** What differs between two locks, in sentences and as data. */
import { describe, expect, test } from 'vitest'
import {
  type BundleLock,
  driftOf,
  type LockedAttachment,
  printLock,
} from '../../../../src/bundle/lock/index.ts'
import { chart, d, image, lockOf, place } from './small-lock.ts'

describe('drift', () => {
  const sentences = (older: BundleLock, newer: BundleLock) =>
    driftOf(older, newer).map(({ sentence }) => sentence)
  const drift = (changes: Partial<BundleLock>) => sentences(lockOf(), lockOf(changes))

  test('none between equals', () => {
    expect(drift({})).toEqual([])
  })

  test('a tag that moved is told with both digests', () => {
    expect(drift({ images: [image('r.io/b:1', 'moved'), image('r.io/a:1', 'a')] })).toEqual([
      `image r.io/b:1: the tag moved: was ${d('b')}, now ${d('moved')}`,
    ])
  })

  test('images that came and went', () => {
    expect(drift({ images: [image('r.io/c:1', 'c'), image('r.io/a:1', 'a')] })).toEqual([
      'image r.io/b:1: removed',
      'image r.io/c:1: added',
    ])
  })

  test('charts: version, republished, order', () => {
    const [second, first] = [chart('second', '1.0.0'), chart('first', '2.0.0')]
    expect(drift({ charts: [second, chart('first', '2.1.0', 'new')] })).toEqual([
      'chart first: version was 2.0.0, now 2.1.0',
    ])
    expect(drift({ charts: [second, chart('first', '2.0.0', 'new')] })).toEqual([
      `chart first: version 2.0.0 was republished: package was ${d('first')}, now ${d('new')}`,
    ])
    expect(drift({ charts: [first, second] })).toEqual([
      'order of charts: was second, first, now first, second',
    ])
    expect(drift({ charts: [second] })).toEqual(['chart first: removed'])
  })

  test('files, Kubernetes, suspects, budget', () => {
    const { files, budget } = lockOf()
    expect(
      drift({ files: files.map(file => (file.path === 'bundle.yaml' ? { ...file, digest: d('x') } : file)) }),
    ).toEqual(['file bundle.yaml: changed'])
    expect(drift({ kubernetes: '1.37.0' })).toEqual(['Kubernetes: was 1.36.0, now 1.37.0'])
    expect(drift({ suspects: [] })).toEqual(['suspect r.io/maybe:1 in app Deployment/x spec.image: removed'])
    const declared = { memory: 640 * 2 ** 20, cpu: 20 }
    expect(drift({ budget: { ...budget, declared } })).toEqual(['declared memory: was 10, now 640Mi'])
    const limits = { memory: 512 * 2 ** 20, memoryLimit: 1000 * 2 ** 20 }
    const containers = budget.containers.map(share => ({ ...share, ...limits }))
    expect(drift({ budget: { ...budget, containers } })).toEqual([
      'requests of app Deployment/x main: memory was 10, now 512Mi',
      'requests of app Deployment/x main: memory limit was none, now 1000Mi',
    ])
    expect(drift({ platforms: ['linux/amd64'] })).toEqual([
      'platforms: was linux/amd64, linux/arm64, now linux/amd64',
    ])
  })

  test('a tool of another version, source and content', () => {
    const [tool] = lockOf().tools
    if (tool === undefined) throw new Error('the sample has no tool')
    const content = { digest: d('other'), size: 2 }
    expect(drift({ tools: [{ ...tool, version: 'v4.3.2', content }] })).toEqual([
      'tool helm for linux/amd64: version was v4.3.1, now v4.3.2',
      `tool helm for linux/amd64: content was ${d('h')}, now ${d('other')}`,
    ])
    expect(drift({ tools: [{ ...tool, platform: 'linux/arm64' }] })).toEqual([
      'tool helm for linux/amd64: removed',
      'tool helm for linux/arm64: added',
    ])
  })

  test('an image needed elsewhere is told with both places', () => {
    const reasons = [place, { chart: 'spec', object: '', field: 'images[0]' }]
    expect(drift({ images: [{ ...image('r.io/b:1', 'b'), reasons }, image('r.io/a:1', 'a')] })).toEqual([
      'image r.io/b:1: is no longer needed by a Deployment/x spec.image',
      'image r.io/b:1: is now needed by spec images[0]',
    ])
  })

  test('an image that was only accepted, and one that is', () => {
    const [b, a] = [image('r.io/b:1', 'b'), image('r.io/a:1', 'a')]
    const accepted = lockOf({ images: [{ ...b, accepted: true }, a] })
    expect(sentences(lockOf(), accepted)).toEqual(['image r.io/b:1: is now a suspect that was accepted'])
    expect(sentences(accepted, lockOf())).toEqual([
      'image r.io/b:1: is no longer a suspect that was accepted',
    ])
  })

  test('layers of an unchanged digest do not count, unless somebody wrote others', () => {
    const [b, a] = lockOf().images
    if (a === undefined || b === undefined) throw new Error('the sample has two images')
    const forged = Object.fromEntries(
      Object.entries(b.platforms).map(([platform, carried]) => [platform, { ...carried, layers: {} }]),
    )
    expect(drift({ images: [{ ...b, platforms: forged }, a] })).toEqual([
      expect.stringContaining('edited by hand'),
    ])
  })

  test('is data as well as sentences', () => {
    expect(driftOf(lockOf(), lockOf({ images: [image('r.io/b:1', 'x'), image('r.io/a:1', 'a')] }))).toEqual([
      {
        what: 'image',
        name: 'r.io/b:1',
        kind: 'changed',
        field: 'digest',
        before: d('b'),
        after: d('x'),
        sentence: expect.stringMatching(/^image r\.io\/b:1: the tag moved/),
      },
    ])
  })

  test('what is attached to an image: more, less, and not looked for', () => {
    const attachment = (content: string): LockedAttachment => ({
      kind: 'signature',
      subject: d('b'),
      manifest: d(content),
      size: 1,
      blobs: { [d(`2 ${content}`)]: 1, [d(`1 ${content}`)]: 1 },
    })
    const locked = (...contents: string[]) =>
      lockOf({ images: [{ ...image('r.io/b:1', 'b'), attachments: contents.map(attachment) }] })
    const without = lockOf({ images: [image('r.io/b:1', 'b')] })
    expect(printLock(locked('x', 'y'))).toBe(printLock(locked('y', 'x')))
    expect(sentences(locked('x', 'y'), locked('y', 'x'))).toEqual([])
    expect(sentences(locked('x'), locked('y')).toSorted()).toEqual(
      [
        `image r.io/b:1: signature ${d('x')} of ${d('b')} is attached no longer`,
        `image r.io/b:1: signature ${d('y')} of ${d('b')} is attached now`,
      ].toSorted(),
    )
    expect(sentences(without, locked())).toEqual([
      'image r.io/b:1: what is attached to it was left out, now is carried',
    ])
    expect(sentences(locked(), without)).toEqual([
      'image r.io/b:1: what is attached to it was carried, now is left out',
    ])
  })
})
