import { lookup } from 'node:dns/promises'
import { systemCode } from '../kernel/errors/index.ts'
import type { HostNames } from '../kernel/ports/index.ts'

/** Names as every program of this machine resolves them: /etc/hosts, DNS, whatever it is told to ask. */
export const hostNames: HostNames = {
  async addresses(host) {
    try {
      return (await lookup(host, { all: true })).map(({ address }) => address)
    } catch (error) {
      if (systemCode(error) === 'ENOTFOUND') return []
      throw error
    }
  },
}
