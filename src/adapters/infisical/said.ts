import * as z from 'zod'
import { printable } from '../../kernel/errors/index.ts'
import type { Call } from './exchange.ts'

const key = z.union([z.string(), z.number()])
const issue = z.object({ path: z.array(key).default([]), message: z.string() })

/**
 * What a server said when it refused: `message` of the body is a text, or the list of zod's issues where it refused the
 * request's shape. Whatever else it is, is given as it came.
 */
export function words(body: unknown, text: string, { naming }: Pick<Call, 'naming'>): string {
  const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined
  if (typeof message === 'string') return message
  const issues = z.array(issue).safeParse(message)
  if (!issues.success) return text
  return issues.data.map(({ path, message }) => `${naming?.(path) ?? path.join('.')}: ${message}`).join('; ')
}

// As many values are taken out of a text, if each is longer than that: what is short would take letters out of words.
const few = 3

/** A text of a server's made fit to be shown: printable, and without the call's secrets. */
export function hide(text: string, { secrets = [], token }: Pick<Call, 'secrets' | 'token'>): string {
  const values = secrets.map(secret => secret.reveal()).filter(Boolean)
  const own = token === undefined ? [] : [token.reveal()]
  const takes = values.length <= few && values.every(value => value.length > few)
  if (!takes && values.some(value => repeats(text, value)))
    return 'what it said is not shown, for it may repeat a secret'
  const taken = [...(takes ? values : []), ...own].flatMap(forms)
  return printable(taken.reduce((shown, value) => shown.replaceAll(value, '[secret]'), text))
}

/** Whether a text has a value in it; one of a few letters only as a word of its own, for others have those in them. */
function repeats(text: string, value: string): boolean {
  if (value.length > few) return forms(value).some(form => text.includes(form))
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1))
    if (!isLetter(text[at - 1]) && !isLetter(text[at + value.length])) return true
  return false
}

const isLetter = (character = '') => /[\p{L}\p{N}]/u.test(character)

/** A value, and as JSON or a URI has it: what has not the shape of a refusal is shown as it came. */
function forms(value: string): string[] {
  return [value, JSON.stringify(value).slice(1, -1), encoded(value)].filter(Boolean)
}

function encoded(value: string): string {
  // Half a character (a lone surrogate) has no such form.
  return encodeURIComponent(value.toWellFormed())
}
