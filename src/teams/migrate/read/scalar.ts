import type { Written, WrittenScalar } from '../../../kernel/yaml/index.ts'
import { type Gathered, takesOpen } from './gathered.ts'
import type { ReadOptions } from './options.ts'
import type { Place } from './place.ts'

/** What is known of the text that a tree was read from. */
export interface TreeOf {
  readonly form: 'yaml' | 'json' | 'hcl'
  /** Whether sops has encrypted value by value, so that the types that it took them for can be seen. */
  readonly sealed: boolean
  readonly gathered: Gathered
  readonly options: ReadOptions
  /** Gets the names of texts that sops has encrypted and gives as null. */
  readonly withheld?: string[]
}

// How sops writes a value that it has encrypted (aes/cipher.go of sops 3.13.3); the type is that which it had taken it for.
const encrypted = /^ENC\[AES256_GCM,data:.*,iv:.*,tag:.*,type:(\w+)\]$/s

const lost: Readonly<Record<string, string>> = {
  int: 'a number without quotes: sops has kept what it counts, not how it was written (00123, +49, 0x1F, 1_000)',
  float: 'a number without quotes: sops has kept what it counts, not how it was written (1.10, 1.0, 1e3)',
  time: 'a date without quotes: sops has made a point in time of it, written otherwise',
}

/** Whole numbers up to here have all their digits in a float. */
const exact = Number.MAX_SAFE_INTEGER

/**
 * Takes one value, as `decode` has it, and says what may have become of it. `sealed` is what stands at its place in the
 * encrypted file.
 */
export function takeScalar(
  of: TreeOf,
  place: Place,
  node: WrittenScalar,
  sealed: Written | undefined,
  decode: (text: string) => string | undefined = text => text,
): void {
  const { gathered, options } = of
  const { at, name } = place
  const type = sealed?.kind === 'scalar' ? encrypted.exec(sealed.text)?.[1] : undefined
  if (node.type === 'null' && type !== undefined) {
    of.withheld?.push(name)
    gathered.doubt(
      'refused',
      at,
      `${name} is a text that sops gives as null, and loses when the file is edited: set it by hand`,
    )
    return
  }
  if (node.type === 'null') {
    const become = options.nullAsEmpty === true ? 'taken as an empty text' : 'skipped'
    gathered.doubt('told', at, `${name} is null, which is no text: ${become}`)
    if (options.nullAsEmpty === true) gathered.take(at, name, '')
    return
  }
  // sops leaves what is empty as it is.
  if (of.sealed && type === undefined && node.text !== '' && !takesOpen(gathered, options, place)) return
  if (of.form === 'hcl' && node.type === 'text' && computed.test(node.text)) {
    gathered.doubt(
      'refused',
      at,
      `${name} is computed, which no file of values may: Terraform refuses it as well`,
    )
    return
  }
  const plain = node.type === 'binary' ? utf8Of(node.text) : of.form === 'hcl' ? unescaped(node) : node.text
  const text = plain === undefined ? undefined : decode(plain)
  if (text === undefined) {
    gathered.doubt(
      'refused',
      at,
      `${name} is made of bytes that are no UTF-8 text: it cannot be kept as a secret`,
    )
    return
  }
  if (node.type === 'binary') gathered.doubt('told', at, `${name} is base64 of a text (!!binary): decoded`)
  gathered.take(at, name, text)
  for (const [kind, said] of doubtsOf(of, node, type)) gathered.doubt(kind, at, `${name} ${said}`)
}

// In a template of HCL, which every text is: what begins something computed, and what stands for those signs themselves.
const computed = /(?<!\$)\$\{|(?<!%)%\{/
const unescaped = ({ text }: WrittenScalar) => text.replaceAll('$${', '${').replaceAll('%%{', '%{')

function* doubtsOf(
  { form, sealed }: TreeOf,
  { text, type: read }: WrittenScalar,
  type: string | undefined,
): Generator<readonly ['lost' | 'changed' | 'told', string]> {
  if (!sealed) {
    const otherwise = ['integer', 'float', 'time'].includes(read) && String(Number(text)) !== text
    const truth = read === 'boolean' && text !== 'true' && text !== 'false'
    if (otherwise || truth)
      yield [
        'changed',
        `has no quotes: it is taken as it is written, where a reader of ${form.toUpperCase()} may count it`,
      ]
    return
  }
  const took = type ?? { integer: 'int', float: 'float', time: 'time', boolean: 'bool' }[read as string]
  if (took === 'bool' && form === 'yaml')
    yield ['told', 'was true or false without quotes: taken as that word']
  // JSON knows one way to write a whole number.
  else if (took === 'int' && form === 'json') return
  else if (took !== undefined && lost[took] !== undefined) {
    const large = took === 'float' && Math.abs(Number(text)) > exact
    const digits = large ? '; a whole number of that size has lost digits as well: compare it' : ''
    yield ['lost', `was ${lost[took]}${digits}`]
  }
}

/** The text that base64 stands for; nothing when it stands for no UTF-8 text, or is no base64. */
export function utf8Of(base64: string): string | undefined {
  const plain = base64.replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(plain)) return undefined
  return textOf(Buffer.from(plain, 'base64'))
}

/** Bytes as UTF-8 text, with the mark that may stand before it; nothing for other bytes. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
