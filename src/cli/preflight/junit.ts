import { printable } from '../../kernel/errors/index.ts'
import type { PreflightCheck, PreflightResult } from '../../site/preflight/index.ts'
import { grouped } from './groups.ts'

/**
 * A preflight as JUnit's XML, which every CI and test manager reads (the form of Jenkins' junit-10.xsd): a suite for each
 * group, a case for each check, named by its id. A fault is a failure; what was not looked at is skipped; a warning is a
 * case that passes, and says so in its output. Of our own: a dozen lines, and escaping is all there is to it.
 */
export function preflightJunit(found: PreflightResult): string {
  const suites = grouped(found).map(({ group, title, checks }) => {
    const numbers = numbersOf(checks)
    const cases = checks.map(check => caseOf(check, group))
    const about = `name=${quoted(title)} ${numbers} timestamp=${quoted(found.at.slice(0, 19))}`
    return `  <testsuite ${about}>\n${cases.join('')}  </testsuite>\n`
  })
  const name = `sealift preflight ${found.site}`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name=${quoted(name)} ${numbersOf(found.checks)}>\n${suites.join('')}</testsuites>\n`
}

function numbersOf(checks: readonly PreflightCheck[]): string {
  const of = (wanted: PreflightCheck['result']) => checks.filter(({ result }) => result === wanted).length
  return `tests="${checks.length}" failures="${of('fault')}" errors="0" skipped="${of('not-looked-at')}"`
}

function caseOf({ id, title, result, seen, next }: PreflightCheck, group: string): string {
  const about = `classname=${quoted(`sealift.preflight.${group}`)} name=${quoted(id)}`
  const whole = next === undefined ? seen : `${seen}\n→ ${next}`
  const said = {
    ok: `<system-out>${escaped(`${title}: ${whole}`)}</system-out>`,
    warning: `<system-out>${escaped(`warning: ${whole}`)}</system-out>`,
    fault: `<failure message=${quoted(seen)} type="fault">${escaped(whole)}</failure>`,
    'not-looked-at': `<skipped message=${quoted(whole.replaceAll('\n', ' '))}/>`,
  }
  return `    <testcase ${about}>\n      ${said[result]}\n    </testcase>\n`
}

const quoted = (text: string) => `"${escaped(text)}"`

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text for XML: its own signs as entities; what XML 1.0 has no way to write (2.2, Char) as `\u{…}`. */
function escaped(text: string): string {
  const lines = text.split('\n').map(line => printable(line.toWellFormed(), Number.POSITIVE_INFINITY))
  return lines
    .join('\n')
    .replace(/[\ufffe\uffff]/g, char => `\\u{${char.charCodeAt(0).toString(16)}}`)
    .replace(/[&<>"']/g, char => entities[char] ?? '')
}
