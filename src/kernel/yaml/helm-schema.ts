import {
  boolYaml11Tag,
  defineScalarTag,
  FAILSAFE_SCHEMA,
  mapTag,
  NOT_RESOLVED,
  nullCoreTag,
  type Schema,
  seqTag,
  type TagDefinition,
} from 'js-yaml'

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

const integerTag = defineScalarTag<number>('tag:yaml.org,2002:int', {
  ...loadOnly,
  implicitFirstChars: ['-', '+', ...digits],
  resolve: readInteger,
})

const floatTag = defineScalarTag<number>('tag:yaml.org,2002:float', {
  ...loadOnly,
  implicitFirstChars: ['-', '+', '.', ...digits],
  resolve: readFloat,
})

// Any other tag: a scalar under it is a text, and a list or a mapping is what it is without.
const otherTag = { tagName: '', matchByTagPrefix: true }

/** A merge key, while the mapping that it stands in is read. */
const merge = Symbol('<<')
const plain = (value: unknown): unknown => (value === merge ? '<<' : value)

// By this name js-yaml merges nothing by itself.
const mergeKeyTag = defineScalarTag<symbol>('!<<', {
  ...loadOnly,
  implicitFirstChars: ['<'],
  resolve: source => (source === '<<' ? merge : NOT_RESOLVED),
})

// Most keys that are merged in one text.
const mostMerged = 1_000_000

// As in decode.go: a merge counts like a key, and so over what stands above it; of several sources the first counts.
function helmMap() {
  let merged = 0
  const addPair = (into: Record<string, unknown>, key: unknown, value: unknown): string => {
    if (key !== merge) return mapTag.addPair(into, key, plain(value))
    const sources: unknown[] = Array.isArray(value) ? value.toReversed() : [value]
    for (const source of sources) {
      if (typeof source !== 'object' || source === null || Array.isArray(source))
        return 'cannot merge what is not a mapping'
      for (const [name, field] of Object.entries(source)) {
        if (++merged > mostMerged) return `it merges more than ${mostMerged} keys`
        mapTag.addPair(into, name, field)
      }
    }
    return ''
  }
  return { ...mapTag, addPair }
}

const helmSeq = {
  ...seqTag,
  addItem: (into: unknown[], item: unknown, index: number) => seqTag.addItem(into, plain(item), index),
}

function readBinary(source: string): string | typeof NOT_RESOLVED {
  const base64 = source.replace(/[\r\n]/g, '')
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return NOT_RESOLVED
  return Buffer.from(base64, 'base64').toString('utf8')
}

/**
 * Reads one text as helm does; without `typed` every scalar but null as the text that it is written as, for a field that
 * a Go program takes a text from. It is for loading only.
 */
export function helmSchema(typed = true): Schema {
  const map = helmMap()
  const others: TagDefinition[] = [
    nullCoreTag,
    mergeKeyTag,
    // Written out, as sops does: js-yaml itself merges then.
    defineScalarTag<string>('tag:yaml.org,2002:merge', { identify: () => false, resolve: text => text }),
    defineScalarTag<string>('tag:yaml.org,2002:binary', { identify: () => false, resolve: readBinary }),
    defineScalarTag<string>('', { matchByTagPrefix: true, identify: () => false, resolve: text => text }),
    map,
    helmSeq,
    { ...map, ...otherTag },
    { ...helmSeq, ...otherTag },
  ]
  return FAILSAFE_SCHEMA.withTags(...others, ...(typed ? [boolYaml11Tag, integerTag, floatTag] : []))
}
