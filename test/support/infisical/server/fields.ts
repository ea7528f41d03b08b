import { type Issue, invalid } from './errors.ts'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** Reads a JSON body field by field and collects every fault, so that one 422 names them all. */
export class Fields {
  readonly #body: Readonly<Record<string, unknown>>
  readonly #issues: Issue[] = []

  constructor(body: Readonly<Record<string, unknown>>) {
    this.#body = body
  }

  #read<T>(name: string, expected: string, is: (value: unknown) => value is T, preset?: T): T {
    const value = this.#body[name]
    if (is(value)) return value
    if (value === undefined && preset !== undefined) return preset
    const received = value === undefined ? 'undefined' : value === null ? 'null' : typeof value
    const message = value === undefined ? 'Required' : `Expected ${expected}, received ${received}`
    this.#issues.push({ code: 'invalid_type', expected, received, path: [name], message })
    return undefined as T
  }

  /** A required text, or `preset` where it is absent. */
  string(name: string, preset?: string): string {
    return this.#read(name, 'string', value => typeof value === 'string', preset)
  }

  /** A text that may be absent. */
  optional(name: string): string | undefined {
    return this.string(name, '') || undefined
  }

  number(name: string, preset: number): number {
    return this.#read(name, 'number', value => typeof value === 'number', preset)
  }

  boolean(name: string, preset: boolean): boolean {
    return this.#read(name, 'boolean', value => typeof value === 'boolean', preset)
  }

  /** A required object. */
  object(name: string): Readonly<Record<string, unknown>> {
    return this.#read(name, 'object', (value): value is Record<string, unknown> => isObject(value))
  }

  /** A required list of texts. */
  strings(name: string): readonly string[] {
    const isTexts = (value: unknown): value is string[] =>
      Array.isArray(value) && value.every(item => typeof item === 'string')
    return this.#read(name, 'array', isTexts)
  }

  /** A list of objects. */
  objects(name: string): Readonly<Record<string, unknown>>[] {
    const isObjects = (value: unknown): value is Record<string, unknown>[] =>
      Array.isArray(value) && value.every(isObject)
    return this.#read(name, 'array', isObjects)
  }

  email(name: string): string {
    const value = this.string(name)
    if (value !== undefined && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) {
      this.fault({ validation: 'email', code: 'invalid_string', message: 'Invalid email', path: [name] })
    }
    return value
  }

  /** The slug of a project or a group, where it is given. */
  slug(name: string): string | undefined {
    const slug = this.optional(name)
    if (slug === undefined) return undefined
    if (slug.length < 5) {
      const message = 'Slug field must be at least 5 lowercase characters'
      const bound = { minimum: 5, type: 'string', inclusive: true, exact: false }
      this.fault({ code: 'too_small', ...bound, message, path: [name] })
    } else if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug)) {
      const message = 'Slug field can only contain lowercase letters, numbers, and hyphens'
      this.fault({ code: 'custom', message, path: [name] })
    }
    return slug
  }

  /** Records a fault found by the caller. */
  fault(issue: Issue): void {
    this.#issues.push(issue)
  }

  /** @throws ApiError 422 with every fault found so far. */
  done(): void {
    if (this.#issues.length > 0) throw invalid(this.#issues)
  }
}
