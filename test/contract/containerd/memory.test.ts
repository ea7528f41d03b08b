import { describe } from 'vitest'
import { memoryRuntime } from '../../support/memory-runtime.ts'
import { parts, runtimeContract } from './contract.ts'

describe('the memory runtime', () => {
  const runtime = memoryRuntime()
  runtimeContract(
    () => runtime,
    archive => runtime.killedImport(parts(archive)),
  )
})
