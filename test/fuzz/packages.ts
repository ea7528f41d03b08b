/** Packed charts and tools (.tar.gz) as a stranger would make them. */
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { entryHeader } from '../../src/kernel/archive/index.ts'
import { entryChanges, fileChanges } from './archives.ts'
import { archiveOf, type Forgery, filePart, type Part } from './forge.ts'
import { names } from './hostile.ts'
import type { Random } from './random.ts'

const chart = Buffer.from('apiVersion: v2\nname: demo\nversion: 1.2.3\n')
const base: readonly Part[] = [
  filePart('demo/Chart.yaml', chart),
  filePart('demo/values.yaml', Buffer.from('a: 1\n')),
  filePart('demo/templates/x.yaml', Buffer.alloc(1500, 'x')),
  filePart('linux-amd64/helm', Buffer.from('#!/bin/sh\n')),
]
const gzip = (bytes: Buffer) => gzipSync(bytes, { level: 1 })
const zeros = (size: number) => archiveOf({ parts: [filePart('demo/Chart.yaml', Buffer.alloc(size))] })

/** A symbolic link, hard link or file with any name. */
function linkPart(random: Random): Part {
  const name = random.pick(names.filter(one => Buffer.byteLength(one) < 100))
  const header = entryHeader(name.replaceAll('\0', '_') || 'x', 'file', 0, 0)
  header.write(random.pick(['0', '1', '2']), 156)
  header.write('/etc/passwd', 157)
  let sum = 256
  for (const [at, byte] of header.entries()) if (at < 148 || at >= 156) sum += byte
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return { name, header, body: Buffer.alloc(0) }
}

const whole: Readonly<Record<string, (random: Random) => Buffer>> = {
  bomb: random => gzip(zeros(1_000_000 + random.below(4_000_000))),
  'bomb within a package': random => gzip(gzip(zeros(1_000_000 + random.below(4_000_000)))),
  'bomb in another format': () => gzip(zstdCompressSync(zeros(3_000_000))),
  'much after the end': random =>
    gzip(Buffer.concat([archiveOf({ parts: [...base] }), Buffer.alloc(random.below(900_000), 'x')])),
  'many entries': random =>
    gzip(
      archiveOf({ parts: Array.from({ length: random.count(2000) }, (_, i) => filePart(`a/${i}`, chart)) }),
    ),
  'two members': () => Buffer.concat([gzip(archiveOf({ parts: [...base] })), gzip(zeros(5000))]),
  noise: random => random.bytes(random.below(2000)),
  'noise, packed': random => gzip(random.bytes(random.below(2000))),
}

/** A package, and what is wrong with it. */
export function packed(random: Random): { readonly bytes: Buffer; readonly what: string } {
  if (random.once(6)) {
    const what = random.pick(Object.keys(whole))
    return { bytes: whole[what]?.(random) ?? Buffer.alloc(0), what }
  }
  const forgery: Forgery = { parts: [...base] }
  const said: string[] = []
  for (let i = random.count(3); i > 0; i--) {
    if (random.once(6)) forgery.parts.push(linkPart(random))
    else said.push(random.pick(entryChanges)(forgery, random))
  }
  let bytes = archiveOf(forgery)
  if (random.once(6)) bytes = change(bytes)
  bytes = gzip(bytes)
  if (random.once(6)) bytes = change(bytes)
  return { bytes, what: said.join('; ') }

  function change(file: Buffer): Buffer {
    const [next, what] = random.pick(fileChanges)(file, random)
    said.push(what)
    return next
  }
}
