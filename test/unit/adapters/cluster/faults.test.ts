/** What is said of a certificate that is refused: whose fault it may be differs. */
import { expect, test } from 'vitest'
import { unreachable } from '../../../../src/adapters/cluster/faults.ts'

const refused = (code: string) =>
  unreachable('https://10.0.0.1:6443', Object.assign(new Error('refused'), { code }), 1000)

test.each(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])('%s: the clock is asked for', code => {
  const { message, hints } = refused(code)
  expect(message).toContain(`its certificate is not trusted (${code})`)
  expect(hints[0]).toMatch(/^is the clock of this machine right\? It says \d{4}-\d\d-\d\dT/)
  expect(hints.join()).not.toContain('authority')
})

test.each(['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'])(
  '%s: the kubeconfig is asked for',
  code => {
    expect(refused(code).hints).toEqual([expect.stringContaining('is this kubeconfig from this cluster?')])
  },
)

test('a certificate for other names: the name is asked for, not the authority', () => {
  const { message, hints } = refused('ERR_TLS_CERT_ALTNAME_INVALID')
  expect(message).toContain('its certificate is not for that name (ERR_TLS_CERT_ALTNAME_INVALID)')
  expect(hints).toEqual([expect.stringContaining('--tls-san')])
  expect(hints.join()).not.toContain('authority')
})
