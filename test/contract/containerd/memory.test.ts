import { describe } from 'vitest'
import { memoryRuntime } from '../../support/memory-runtime.ts'
import { runtimeContract } from './contract.ts'

describe('the memory runtime', () => {
  const runtime = memoryRuntime()
  runtimeContract(() => runtime)
})
