import { expect, test } from 'vitest'
import { parseManifests } from '../../../../src/kernel/yaml/index.ts'
import { helmShapes, refused } from '../../../support/helm-shapes.ts'

// What helm refuses and is read, as more than helm reads does no harm.
const readAsWell = ['a tab in an empty line', 'no key']

test.each(helmShapes)('%s is read as helm reads it', (shape, text, value) => {
  if (value !== refused) expect(parseManifests(text)[0] ?? {}).toEqual(value)
  else if (readAsWell.includes(shape)) expect(parseManifests(text)).toHaveLength(1)
  else expect(() => parseManifests(text)).toThrow(/\(\d+:\d+\)/)
})
