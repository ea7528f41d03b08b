import { afterEach, expect, test, vi } from 'vitest'
import { headNote, planKey, readNotes } from '../../../../src/seal/fetch/journal.ts'
import { sample } from './filling.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('lines that cannot be notes are not parsed', () => {
  const { plan } = sample
  const [blob] = plan.wanted
  const note = JSON.stringify({ blob: blob?.digest, bytes: 7 })
  const others = ['', '{', 'null', '{"blob":7}', note.slice(0, -1), ` ${note}`].flatMap(line =>
    Array<string>(1000).fill(line),
  )
  const parse = vi.spyOn(JSON, 'parse')
  const kept = readNotes([headNote(planKey(plan)), ...others, note, ...others], plan)
  expect([...(kept ?? [])]).toEqual([[blob?.digest, 7]])
  expect(parse).toHaveBeenCalledTimes(2)
})
