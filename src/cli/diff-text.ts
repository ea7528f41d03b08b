import { bytes, count, printable } from '../kernel/errors/index.ts'
import type { Diff, DiffSide, FieldChange, ObjectChange } from '../seal/diff/index.ts'
import { table } from './table.ts'

const signs = { added: '+', removed: '-', changed: '~' }

/** What differs between two sides, for people; their texts are made printable. */
export function diffText({ same, a, b, changes, layers, carry, objects, note }: Diff): string {
  const head = `${sideText('A', a)}\n${sideText('B', b)}`
  if (same) return `${head}\n\nno difference`
  const sentences = changes.map(({ kind, sentence }) => `${signs[kind]} ${printable(sentence, 400)}`)
  const rows = (
    [
      ['in both', layers.shared],
      ['only in B', layers.added],
      ['only in A', layers.removed],
    ] as const
  ).map(([where, { count, bytes: size }]) => [where, String(count), bytes(size)])
  return [
    head,
    sentences.length > 0 ? sentences.join('\n') : 'the locks say the same, the bundles are not the same file',
    table(['layers', 'count', 'bytes'], rows, [1, 2]),
    `to carry B: ${bytes(carry.full)} in full, ${bytes(carry.delta)} as a delta on A`,
    objects === undefined ? printable(note ?? '') : objectsText(objects),
  ].join('\n\n')
}

function sideText(letter: string, { path, kind, name, version, digest }: DiffSide): string {
  return printable(`${letter}  ${name} ${version}  ${kind} ${path}${digest ? `  ${digest}` : ''}`, 400)
}

function objectsText(objects: readonly ObjectChange[]): string {
  if (objects.length === 0) return 'Kubernetes objects: no difference'
  return ['Kubernetes objects:', ...objects.flatMap(objectLines)].join('\n')
}

function objectLines({ change, kind, namespace, name, fields, more }: ObjectChange): string[] {
  const place = namespace === undefined ? name : `${namespace}/${name}`
  const rest = more === 0 ? [] : [`    and ${count(more, 'more field')}`]
  return [`${signs[change]} ${kind} ${place}`, ...fields.map(field => `    ${fieldText(field)}`), ...rest]
}

/** A field that differs, in a line. */
export function fieldText({ path, kind, before, after }: FieldChange): string {
  if (before !== undefined && after !== undefined) return `${path}: was ${before}, now ${after}`
  const value = before ?? after
  return `${path}: ${kind}${value === undefined ? '' : ` ${value}`}`
}
