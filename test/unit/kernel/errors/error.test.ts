import { expect, test } from 'vitest'
import { SealiftError } from '../../../../src/kernel/errors/index.ts'

const error = new SealiftError('IMAGE_NOT_FOUND', 'no such image', { hints: ['look'], faults: ['one'] })

test('an error with more to say keeps its code, what it said before, and itself as the cause', () => {
  const more = error.with({ prefix: 'bundle.tar: ', hints: ['look again'], faults: ['two'] })
  expect(more).toBeInstanceOf(SealiftError)
  expect(more).toMatchObject({
    code: 'IMAGE_NOT_FOUND',
    exitCode: 12,
    message: 'bundle.tar: no such image',
    hints: ['look', 'look again'],
    faults: ['one', 'two'],
    cause: error,
  })
  expect(error).toMatchObject({ message: 'no such image', hints: ['look'], faults: ['one'] })
})

test('with nothing to add it says the same', () => {
  const { message, hints, faults } = error.with({})
  expect({ message, hints, faults }).toEqual({ message: 'no such image', hints: ['look'], faults: ['one'] })
})
