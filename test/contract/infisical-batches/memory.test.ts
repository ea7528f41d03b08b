import { memorySecretBatches } from '../../support/memory-secret-batches.ts'
import { memoryTenancy } from '../../support/memory-tenancy.ts'
import { batchesContract } from './contract.ts'

const tenancy = memoryTenancy()
const session = { tenancy, batches: memorySecretBatches(tenancy) }
batchesContract('in memory', () => session)
