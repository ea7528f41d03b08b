import { memoryTenancy } from '../../support/memory-tenancy.ts'
import { sharingContract } from './contract.ts'

const tenancy = memoryTenancy()
const { sharing } = tenancy
sharingContract('in memory', () => ({
  ...{ tenancy, sharing },
  tell: async () => {
    sharing.told = true
  },
  async put({ projectId, environment, path }, name) {
    const slug = (await tenancy.projects()).find(({ id }) => id === projectId)?.slug
    sharing.names.set(`${slug}/${environment}${path === '/' ? '' : path}`, [name])
  },
}))
