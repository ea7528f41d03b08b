import { describe, expect, test } from 'vitest'
import { judgeCa } from '../../../../src/site/check/index.ts'
import { selfSigned } from '../../../support/certificate.ts'

const now = Date.parse('2026-03-01T00:00:00Z')
const ca = (end: string) => selfSigned('ca', [], end).cert
const [old, fresh] = [ca('20260306'), ca('20260601')]
const judge = (copied: string, own = copied) => judgeCa('postgresql/ca', { copied, own }, now)

describe('the CA that Infisical’s pods have', () => {
  test.each([
    ['three months', '20260530', /^Infisical’s pods have it as it is; it ends on 2026-05-30, in 90 days$/],
    ['ten days', '20260311', /as soon as it is made anew, sealift rotate ca copies it$/],
  ])('is well with %s to go', (_, end, words) => {
    expect(judge(ca(end))).toEqual({ id: 'postgresql/ca', ok: true, message: expect.stringMatching(words) })
  })

  test.each([
    ['five days', '20260306', /it ends on 2026-03-06, in 5 days, and it has not been made anew$/],
    ['none', '20260228', /it ends on 2026-02-28, which is past, and it has not been made anew$/],
  ])('is a fault with %s to go', (_, end, words) => {
    const verdict = judge(ca(end))
    expect([verdict.ok, verdict.message]).toEqual([false, expect.stringMatching(words)])
    expect(verdict.hint).toContain('sealift rotate ca')
  })

  test('is a fault where it is another one than the CA is now, before it has ended', () => {
    expect(judge(old, fresh)).toEqual({
      id: 'postgresql/ca',
      ok: false,
      message:
        "Infisical’s pods have a copy that is another one than the CA is now: it ends on 2026-03-06, in 5 days, the CA's own on 2026-06-01, in 92 days",
      hint: 'run: sealift rotate ca',
    })
  })

  test('is the same however it is written, in whatever order, and lasts as long as the last of several', () => {
    expect(judge(`${old}${fresh}`, `# the new one\n${fresh}\n${old}`)).toMatchObject({
      ok: true,
      message: expect.stringContaining('2026-06-01'),
    })
    expect(judge(old.replaceAll('\n', '\r\n'), old).message).toContain('as it is')
  })

  test.each(['', 'no PEM', old.replace(/[A-Z]{4}/, '****'), old.slice(0, 200)])(
    'may be no certificate: %#',
    text => {
      expect(judge(text, fresh)).toMatchObject({
        ok: false,
        message: expect.stringContaining('no certificate'),
      })
      expect(judge(fresh, text)).toMatchObject({
        ok: false,
        message: expect.stringContaining('no certificate'),
      })
    },
  )
})
