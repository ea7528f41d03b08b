import { printable } from '../../kernel/errors/index.ts'

/** Text that is HTML already: made by {@link html} alone, so that nothing gets into a page unescaped. */
export class Markup {
  readonly #text: string

  private constructor(text: string) {
    this.#text = text
  }

  /** The HTML itself. */
  toString(): string {
    return this.#text
  }

  /** What a template of ours says, with its values escaped. Use {@link html}. */
  static of(literals: readonly string[], values: readonly Value[]): Markup {
    return new Markup(literals.reduce((text, literal, i) => text + shown(values[i - 1] ?? '') + literal))
  }
}

/** What may stand in a template: markup as it is, text and numbers escaped, lists of them one after the other. */
export type Value = Markup | string | number | readonly Value[]

/**
 * HTML out of a template literal. Values are escaped for text and for attributes in double quotes, which is where they
 * may stand: never in a tag's name, an attribute without quotes, a URL, a style or a script. Whatever a terminal would
 * obey, or reads in another direction, is shown as `\u{…}`. There is no way around it: text never becomes markup.
 *
 * Of our own, since that is all there is to it: a page without script, form or link needs no template engine.
 */
export function html(literals: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return Markup.of(literals, values)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function shown(value: Value): string {
  if (value instanceof Markup) return value.toString()
  if (typeof value === 'object') return value.map(shown).join('')
  const text = typeof value === 'number' ? String(value) : printable(value, Number.POSITIVE_INFINITY)
  return text.replace(/[&<>"']/g, char => entities[char] ?? '')
}
