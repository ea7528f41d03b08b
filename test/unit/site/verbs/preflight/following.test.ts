import { expect, test } from 'vitest'
import { checkOf, lookAt, preflightWorld } from './preflight-site.ts'

test('where nothing is installed, nothing is followed', async () => {
  const found = await lookAt(await preflightWorld())
  expect(checkOf(found, 'present/versions')).toMatchObject({ result: 'ok' })
})
