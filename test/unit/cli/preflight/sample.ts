import { digestOf } from '../../../../src/kernel/oci/index.ts'
import type { PreflightCheck, PreflightResult } from '../../../../src/site/preflight/index.ts'

/** Text that would be markup, a command to a terminal, or no XML, where nobody escapes it. Harmless in itself. */
export const hostile = `<b title="x">&'\u001b[1m\u202e\ufffe]]>`

/** A preflight with a check of every outcome; `text` is what was seen of each. */
export function samplePreflight(text = 'seen'): PreflightResult {
  const check = (id: string, result: PreflightCheck['result'], next?: string): PreflightCheck => ({
    ...{
      id,
      group: id.startsWith('bundle') ? 'bundle' : 'services',
      title: `About ${id}`,
      result,
      seen: text,
    },
    ...(next === undefined ? {} : { next }),
  })
  return {
    site: 'bank-prod',
    bundle: { path: 'infisical-1.0.0.tar', digest: digestOf('1'), version: '1.0.0' },
    at: '2026-11-30T01:02:03.004Z',
    by: 'root@node1',
    ok: false,
    counts: { ok: 1, warning: 1, fault: 1, 'not-looked-at': 1 },
    checks: [
      check('bundle/readable', 'ok'),
      check('bundle/signature', 'warning', 'name a key'),
      check('postgresql', 'fault', `upgrade it ${text}`),
      check('postgresql/clock', 'not-looked-at'),
    ],
  }
}
