import { boolYaml11Tag, CORE_SCHEMA, defineScalarTag, mapTag, mergeTag, NOT_RESOLVED, seqTag } from 'js-yaml'

// The scalars of helm, and of everything else that reads Kubernetes objects with sigs.k8s.io/yaml: YAML 1.1 as
// go.yaml.in/yaml/v2 has it (resolve.go). `off` is a boolean, `0400` octal, `1_000` a number; a date is a text, and
// nothing is of base 60.

const integer = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/
const decimal = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const special = /^(?:([-+]?)\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/

type Read = number | typeof NOT_RESOLVED

function readInteger(source: string): Read {
  const plain = source.replaceAll('_', '')
  if (!integer.test(plain)) return NOT_RESOLVED
  const digits = plain.replace(/^[-+]/, '').toLowerCase()
  const value = BigInt(digits.replace(/^0(?=[0-7])/, '0o')) * (plain.startsWith('-') ? -1n : 1n)
  // What fits neither an int64 nor an uint64 is a float, or a text.
  return value < -(2n ** 63n) || value >= 2n ** 64n ? NOT_RESOLVED : Number(value)
}

function readFloat(source: string, explicit: boolean): Read {
  const named = special.exec(source)
  if (named !== null) {
    const sign = named[1]
    if (sign === undefined) return Number.NaN
    return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }
  const whole = explicit ? readInteger(source) : NOT_RESOLVED
  if (whole !== NOT_RESOLVED) return whole
  const plain = source.replaceAll('_', '')
  const value = decimal.test(plain) ? Number(plain) : Number.NaN
  return Number.isFinite(value) ? value : NOT_RESOLVED
}

const digits = [...'0123456789']
const loadOnly = { implicit: true, identify: () => false }

// A program's own tag, `!Ref`: a scalar under it is a text, and the rest is what it is without.
const ownTag = { tagName: '!', matchByTagPrefix: true }

/** Reads as helm does. It is for loading only. */
export const helmSchema = CORE_SCHEMA.withTags(
  mergeTag,
  boolYaml11Tag,
  defineScalarTag<number>('tag:yaml.org,2002:int', {
    ...loadOnly,
    implicitFirstChars: ['-', '+', ...digits],
    resolve: readInteger,
  }),
  defineScalarTag<number>('tag:yaml.org,2002:float', {
    ...loadOnly,
    implicitFirstChars: ['-', '+', '.', ...digits],
    resolve: readFloat,
  }),
  defineScalarTag<string>('!', { matchByTagPrefix: true, identify: () => false, resolve: text => text }),
  { ...seqTag, ...ownTag },
  { ...mapTag, ...ownTag },
)
