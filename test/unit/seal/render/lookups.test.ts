import { expect, test } from 'vitest'
import { lookingUp } from '../../../../src/seal/render/lookups.ts'

const lookup = '{{ lookup "v1" "Secret" "a" "b" }}'
const found = (texts: Readonly<Record<string, string>>, yaml = '') =>
  lookingUp(new Map(Object.entries(texts).map(([path, text]) => [`c/templates/${path}`, text])), yaml)

test('a template that looks up is named, in whatever way it does', () => {
  const texts = {
    'a.yaml': lookup,
    'b.yaml': '{{- $x := (lookup "v1" "Node" "" "") }}',
    'c.yaml': '{{ include "x" . }}',
    'd.yaml': '{{ template "y" . }}',
    '_h.tpl': `{{ define "x" }}{{ include "y" . }}{{ end }}{{- define "y" }}${lookup}{{ end }}{{ define "z" }}{{ end }}`,
    'e.yaml': '{{ include "z" . }}',
  }
  expect(found(texts)).toEqual(['a', 'b', 'c', 'd'].map(name => `c/templates/${name}.yaml`))
})

test('the word elsewhere is no lookup', () => {
  const texts = {
    'a.yaml': 'x: lookup "v1"',
    'b.yaml': '{{/* lookup "v1" */}}{{ .Values.lookup }}{{ $lookup }}{{ "lookup x" }}',
    'NOTES.txt': lookup,
  }
  expect(found(texts)).toEqual([])
})

test('one that has rendered Secrets only is not named, one that has rendered more is', () => {
  const yaml = (kinds: string[]) =>
    kinds.map(kind => `---\n# Source: c/templates/a.yaml\nkind: ${kind}\n`).join('')
  expect(found({ 'a.yaml': lookup }, yaml(['Secret', 'Secret']))).toEqual([])
  expect(found({ 'a.yaml': lookup }, yaml(['Secret', 'Job']))).toEqual(['c/templates/a.yaml'])
})
