import { describe, expect, test } from 'vitest'
import { diffText } from '../../../src/cli/diff-text.ts'
import { type Diff, diffResult } from '../../../src/seal/diff/index.ts'

const side = { kind: 'lock', name: 'small', version: '1.0.0' } as const
const none = { count: 0, bytes: 0 }
const made = (changes: Partial<Diff> = {}): Diff =>
  diffResult.parse({
    same: false,
    a: { ...side, path: 'a.yaml' },
    b: { ...side, path: 'b.yaml' },
    changes: [{ what: 'chart', name: 'x', kind: 'added', sentence: 'chart x: added' }],
    layers: { shared: { count: 2, bytes: 1500 }, added: { count: 1, bytes: 500 }, removed: none },
    carry: { full: 2500, delta: 1000 },
    ...changes,
  })

describe('a difference for people', () => {
  test('is one sentence a change, a table of layers, bytes to carry, and a note', () => {
    expect(diffText(made({ note: 'objects were left out' })).split('\n')).toEqual([
      'A  small 1.0.0  lock a.yaml',
      'B  small 1.0.0  lock b.yaml',
      '',
      '+ chart x: added',
      '',
      'layers     count   bytes',
      '─────────  ─────  ──────',
      'in both        2  1.5 kB',
      'only in B      1   500 B',
      'only in A      0     0 B',
      '',
      'to carry B: 2.5 kB in full, 1.0 kB as a delta on A',
      '',
      'objects were left out',
    ])
  })

  test('names objects and fields', () => {
    const object = { kind: 'Deployment', namespace: 'apps', name: 'x', fields: [], more: 0 }
    const fields = [
      { path: 'a', kind: 'changed', before: '1', after: '2' },
      { path: 'b', kind: 'added', after: '"x"' },
      { path: 'c', kind: 'changed' },
    ] as const
    const objects: Diff['objects'] = [
      { ...object, change: 'removed' },
      { change: 'changed', kind: 'ClusterRole', name: 'y', fields: [...fields], more: 3 },
      { change: 'changed', kind: 'Role', name: 'z', fields: [], more: 1 },
    ]
    expect(diffText(made({ objects })).split('\n').slice(-9)).toEqual([
      'Kubernetes objects:',
      '- Deployment apps/x',
      '~ ClusterRole y',
      '    a: was 1, now 2',
      '    b: added "x"',
      '    c: changed',
      '    and 3 more fields',
      '~ Role z',
      '    and 1 more field',
    ])
    expect(diffText(made({ objects: [] }))).toMatch(/Kubernetes objects: no difference$/)
  })

  test('is none when both are the same', () => {
    expect(diffText(made({ same: true, changes: [] }))).toMatch(/\n\nno difference$/)
  })

  test('of two bundles with one lock is that of their files', () => {
    expect(diffText(made({ changes: [] }))).toContain('the bundles are not the same file')
  })

  test('writes nothing to the terminal but text', () => {
    const change = { what: 'chart', kind: 'removed', sentence: '\u001b[2J' } as const
    expect(diffText(made({ a: { ...side, path: '\u001b]0;x' }, changes: [change] }))).not.toContain('\u001b')
  })
})
