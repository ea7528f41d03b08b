import { describe } from 'vitest'
import { memorySetting } from '../../support/cloudnativepg/setting.ts'
import { operatedContract } from './contract.ts'

describe('a database that CloudNativePG makes, in memory', () => {
  operatedContract(memorySetting)
})
