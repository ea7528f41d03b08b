import { expect, test } from 'vitest'
import { migratedText } from '../../../src/cli/migrate-text.ts'

const to = { project: 'talent-mesh', environment: 'prod', path: '/db', newFolder: false }
const nothing = { ...to, secrets: [], doubts: [], left: [], switches: [] }
const secret = { file: 'prod.enc.yaml', at: 'db.password', bytes: 12 }

test('a plan is a line a secret that is missing or another, then all that is to be known', () => {
  const text = migratedText({
    ...{ ...nothing, newFolder: true },
    secrets: [
      { ...secret, name: 'db_password', change: 'create' },
      { ...secret, name: 'db_user', at: 'db.user', change: 'change', bytes: 3 },
      { ...secret, name: 'a:b', at: 'a:b', change: 'left', bytes: 1500 },
      { ...secret, name: 'same', change: 'equal' },
      { ...secret, name: 'twice', change: 'again' },
    ],
    doubts: [
      { file: 'prod.enc.yaml', at: 'a:b', kind: 'refused', text: 'a:b has a : in it' },
      { file: 'prod.enc.yaml', at: 'mode', kind: 'lost', text: 'mode is 511' },
    ],
    left: [{ file: 'values.yaml', reason: 'is not of sops' }],
  })
  expect(text).toBe(
    [
      'to talent-mesh prod /db, a new folder:',
      '   name           size  file           at',
      '─  ───────────  ──────  ─────────────  ───────────',
      '+  db_password    12 B  prod.enc.yaml  db.password',
      '~  db_user         3 B  prod.enc.yaml  db.user',
      '!  a:b          1.5 kB  prod.enc.yaml  a:b',
      '',
      '1 secret is there already',
      '',
      '1 secret is in another place too',
      '',
      'cannot be written at all:',
      'file           at   what',
      '─────────────  ───  ─────────────────',
      'prod.enc.yaml  a:b  a:b has a : in it',
      '',
      'was changed when it was encrypted, and cannot be undone here:',
      'file           at    what',
      '─────────────  ────  ───────────',
      'prod.enc.yaml  mode  mode is 511',
      '',
      'left alone:',
      'file         why',
      '───────────  ──────────────',
      'values.yaml  is not of sops',
    ].join('\n'),
  )
})

test('what was done says how many were written, who read them back, and what was switched', () => {
  const text = migratedText({
    ...nothing,
    written: 2,
    parity: { by: 'the admin', equal: 2, changed: ['PADDED'] },
    switches: [
      {
        externalSecret: 'a/b',
        from: 'SecretStore old',
        to: 'ClusterSecretStore t.prod',
        state: 'switched',
        keys: 2,
      },
      { externalSecret: 'a/c', from: '', to: '', state: 'cannot', why: 'there is no store t.prod' },
    ],
  })
  expect(text).toBe(
    [
      'nothing is missing in talent-mesh prod /db',
      '',
      '2 secrets written to talent-mesh prod /db',
      '',
      'read back as External Secrets Operator does, by the admin: 2 secrets are as in the files; changed as accepted: PADDED',
      '',
      'ExternalSecret  store                                        what',
      '──────────────  ───────────────────────────────────────────  ────────────────────────────────────────────',
      'a/b             SecretStore old → ClusterSecretStore t.prod  switched; its Secret is what it was',
      'a/c                                                          cannot be switched: there is no store t.prod',
    ].join('\n'),
  )
})
