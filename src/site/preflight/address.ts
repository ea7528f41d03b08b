import { printable } from '../../kernel/errors/index.ts'
import { type Found, ok, warning } from './found.ts'

const inside =
  'in the cluster it was not looked up: that takes a pod, and a look before an install starts none'

/** Whether this machine resolves the host of the address that people open. */
export function judgeName(host: string, addresses: readonly string[]): Found {
  const shown = printable(host)
  if (addresses.length > 0) {
    const found = [...new Set(addresses)].slice(0, 6).map(one => printable(one))
    return ok(`${shown} is ${found.join(', ')} to this machine; ${inside}`)
  }
  return warning(
    `this machine finds no address for ${shown}; ${inside}`,
    'have its name in the DNS of those who will open it: the address of the ingress controller, or of a node',
  )
}
