import { describe, expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'
import { parseTenancy } from '../../../../src/kernel/tenancy-file/index.ts'

const file = (stores: string) => `apiVersion: sealift.dev/v1
kind: Tenancy
organization: openova
projects:
  - { slug: talent-mesh, environments: [dev, prod] }
  - { slug: hr-platform, environments: [prod] }
stores: { ${stores} }
`
const parse = (stores: string) => parseTenancy(file(stores), 'tenancy.yaml').stores

/** The faults that a file has. */
function faults(stores: string): readonly string[] {
  try {
    parse(stores)
  } catch (error) {
    if (error instanceof SealiftError && error.code === 'TENANCY_INVALID') return error.faults
    throw error
  }
  return []
}

describe('the one store', () => {
  test('needs nothing but its layout, and may have stores beside it', () => {
    expect(parse('layout: one-store')).toEqual({ layout: 'one-store', serve: [] })
    const serve = 'serve: [{ project: talent-mesh, environment: prod, namespaces: [a] }]'
    expect(parse(`layout: one-store, ${serve}`)?.serve).toHaveLength(1)
  })

  test('looks from a project of its own; what loses nothing is the default', () => {
    expect(parse('layout: one-store, look: {}')?.look).toEqual({
      ...{ project: 'platform-view', environment: 'all', expandSecretReferences: false },
    })
    const look =
      'project: the-view, environment: everything, into: [{ project: hr-platform }], namespaces: [a]'
    expect(parse(`layout: one-store, look: { ${look} }`)?.look).toEqual({
      ...{ project: 'the-view', environment: 'everything', into: [{ project: 'hr-platform' }] },
      ...{ namespaces: ['a'], expandSecretReferences: false },
    })
  })

  test.each([
    ['project: talent-mesh', /^stores\.look\.project: expected a slug that no project of the file has/],
    ['project: view', /^stores\.look\.project: expected a slug: 5 to 36/],
    ['environment: All', /^stores\.look\.environment: expected a slug/],
    ['into: []', /^stores\.look\.into: expected at least 1 entries/],
    ['into: [{ project: nobody }]', /^stores\.look\.into\[0\]\.project: expected the slug of a project/],
    [
      'into: [{ project: hr-platform, environments: [dev] }]',
      /^stores\.look\.into\[0\]\.environments\[0\]: expected an environment of "hr-platform"; found "dev"/,
    ],
    [
      'into: [{ project: talent-mesh, environments: [dev, dev] }]',
      /^stores\.look\.into\[0\]\.environments\[1\]: expected a name of its own/,
    ],
    [
      'into: [{ project: hr-platform }, { project: hr-platform }]',
      /^stores\.look\.into\[1\]\.project: expected a name of its own/,
    ],
    ['namespaces: []', /^stores\.look\.namespaces: expected at least 1 entries/],
    ['namespaces: [a, a]', /^stores\.look\.namespaces\[1\]: expected a name of its own/],
    ['namespaces: ["*"]', /^stores\.look\.namespaces\[0\]: expected a namespace/],
    ['serve: []', /^stores\.look\.serve: unknown key/],
  ])('with %s has a fault', (look, fault) => {
    expect(faults(`layout: one-store, look: { ${look} }`)).toEqual([expect.stringMatching(fault)])
  })

  test('also by a name that is the default, and only with its layout', () => {
    const text = file('layout: one-store').replace('slug: hr-platform', 'slug: platform-view')
    expect(() => parseTenancy(text, 'tenancy.yaml')).toThrow()
    expect(faults('layout: store-per-environment, look: {}, serve: []')).toEqual([
      'stores.look: expected with layout: one-store alone',
    ])
    expect(faults('layout: store-per-environment')).toEqual(['stores.serve: missing; expected a list'])
  })
})
