import { memoryTenancy } from '../../support/memory-tenancy.ts'
import { tenancyContract } from './contract.ts'

const server = memoryTenancy()
tenancyContract('in memory', () => server)
