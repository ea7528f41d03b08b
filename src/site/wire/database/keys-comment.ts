const prefix = 'Sealift: made with keys of fingerprint '

/** What the comment of a database says of its keys. */
export const keysComment = (fingerprint: string) => `${prefix}${fingerprint}`

/** The fingerprint of its keys in a database's comment; nothing in anybody else's. */
export function keysMarkIn(comment: unknown): string | undefined {
  const [, fingerprint] = new RegExp(`^${prefix}([0-9a-f-]{4,64})$`).exec(String(comment)) ?? []
  return fingerprint
}
