import { expect, test } from 'vitest'
import { judgeCertificate } from '../../../../src/site/preflight/index.ts'
import { selfSigned } from '../../../support/certificate.ts'

// Valid from 2020-01-01 to 2027-06-30.
const pem = selfSigned('api', [], '20270630').cert
const judge = (now: string, given = pem) =>
  judgeCertificate(
    { pem: given, what: "the kubeconfig's certificate", renew: 'restart K3s' },
    Date.parse(now),
  )

test('one that is valid for a while', () => {
  expect(judge('2026-11-30')).toEqual({
    result: 'ok',
    seen: "the kubeconfig's certificate is valid until 2027-06-30",
  })
})

test('one that ends soon is a warning', () => {
  expect(judge('2027-06-20')).toMatchObject({
    result: 'warning',
    seen: expect.stringContaining('ends on 2027-06-30, in 11 days'),
    next: 'restart K3s',
  })
})

test('one that has ended, or is not valid yet, is a fault', () => {
  expect(judge('2027-07-01')).toMatchObject({ result: 'fault', seen: expect.stringContaining('ended on') })
  expect(judge('2019-11-30')).toMatchObject({
    result: 'fault',
    seen: "the kubeconfig's certificate is valid from 2020-01-01 on, and this machine says it is 2019-11-30",
  })
})

test('what is no certificate was not looked at', () => {
  expect(judge('2026-11-30', 'no PEM').result).toBe('not-looked-at')
})
