/** Pieces of bytes by their names. */
export type Pieces = ReadonlyMap<string, Uint8Array>

/** One file of them: a line of JSON that says how long each piece is, and the pieces. */
export function packed(pieces: Pieces): Buffer {
  const sizes = Object.fromEntries([...pieces].map(([name, piece]) => [name, piece.length]))
  return Buffer.concat([Buffer.from(`${JSON.stringify(sizes)}\n`), ...pieces.values()])
}

/** What was packed, not copied; none where it was cut off. @throws SyntaxError when it is no such file */
export function unpacked(bytes: Buffer): ReadonlyMap<string, Buffer> {
  let at = bytes.indexOf('\n') + 1
  const sizes: Record<string, number> = JSON.parse(bytes.toString('utf8', 0, at))
  const pieces = Object.entries(sizes).map(([name, size]) => {
    at += size
    return [name, bytes.subarray(at - size, at)] as const
  })
  return new Map(at === bytes.length ? pieces : [])
}
