/** The real age opens what Sealift escrows, and Sealift what age has encrypted. */
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../../../src/kernel/ports/index.ts'
import { printEscrow } from '../../../src/site/wire/escrow/document.ts'
import {
  identitiesIn,
  openEscrow,
  requireRecipients,
  sealEscrow,
} from '../../../src/site/wire/escrow/index.ts'
import { goTool } from '../../support/tools/build.ts'
import { escrow, newIdentity, nobodyAsked } from '../../unit/site/wire/escrow/escrows.ts'

let age = ''
let dir = ''
beforeAll(async () => {
  age = await goTool('age')
  dir = await mkdtemp(join(tmpdir(), 'sealift-age-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const text = printEscrow(escrow).reveal()

describe.each([
  ['X25519', []],
  ['post-quantum', ['-pq']],
])('with %s identities of age-keygen', (name, options) => {
  let file = ''
  let recipient = ''
  beforeAll(async () => {
    file = join(dir, `${name}.txt`)
    const keygen = join(dirname(age), 'age-keygen')
    await execa(keygen, [...options, '-o', file])
    recipient = (await execa(keygen, ['-y', file])).stdout
  })

  test('age opens what Sealift wrote, for each recipient', async () => {
    const other = join(dir, `${name}-other.txt`)
    const keygen = join(dirname(age), 'age-keygen')
    await execa(keygen, [...options, '-o', other])
    const recipients = [recipient, (await execa(keygen, ['-y', other])).stdout]
    const given = recipients.map(text => ({ text, where: '--to' }))
    const sealed = await sealEscrow(escrow, await requireRecipients(given))
    for (const identity of [file, other]) {
      const { stdout } = await execa(age, ['-d', '-i', identity], { input: sealed, stripFinalNewline: false })
      expect(stdout).toBe(text)
    }
    expect(JSON.parse(text)).toEqual({
      ...{ apiVersion: 'sealift.dev/v1', kind: 'KeysEscrow', site: 'bank-prod' },
      ...{ madeAt: escrow.madeAt, fingerprint: escrow.fingerprint },
      ENCRYPTION_KEY: escrow.keys.encryptionKey.reveal(),
      AUTH_SECRET: escrow.keys.authSecret.reveal(),
    })
  })

  test.each([[[]], [['-a']]])('Sealift opens what age wrote with %s', async armored => {
    const { stdout } = await execa(age, [...armored, '-r', recipient], {
      input: text,
      encoding: 'buffer',
      stripFinalNewline: false,
    })
    const identities = await identitiesIn(await readFile(file), file, nobodyAsked)
    const opened = await openEscrow(stdout, 'x.age', identities, nobodyAsked)
    expect(opened.keys.encryptionKey.reveal()).toBe(escrow.keys.encryptionKey.reveal())
  })
})

test('what age encrypted to an SSH key is told as not openable', async () => {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
  const fields = [Buffer.from('ssh-ed25519'), Buffer.from(x, 'base64url')]
  const blob = fields.flatMap(field => [Buffer.from([0, 0, 0, field.length]), field])
  const recipient = `ssh-ed25519 ${Buffer.concat(blob).toString('base64')}`
  const { stdout } = await execa(age, ['-r', recipient], {
    input: text,
    encoding: 'buffer',
    stripFinalNewline: false,
  })
  const { identity } = await newIdentity()
  await expect(openEscrow(stdout, 'x.age', [identity], nobodyAsked)).rejects.toMatchObject({
    code: 'KEY_INVALID',
    message: 'x.age cannot be opened: it was not encrypted to any of these identities',
  })
})

test('Sealift opens what age closed with a passphrase', async () => {
  const [plain, closed] = [join(dir, 'plain.json'), join(dir, 'closed.age')]
  await writeFile(plain, text)
  // age asks on a terminal only, twice.
  const child = spawn('script', ['-qfec', `${age} -p -o ${closed} ${plain}`, '/dev/null'], { stdio: 'pipe' })
  let shown = ''
  let answered = 0
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
    const questions = shown.match(/(Enter|Confirm) passphrase/g)?.length ?? 0
    for (; answered < questions; answered++) child.stdin.write('correct horse\r')
  })
  await once(child, 'close')
  const opened = await openEscrow(await readFile(closed), closed, [], async () => new Secret('correct horse'))
  expect(opened.keys.authSecret.reveal()).toBe(escrow.keys.authSecret.reveal())
})
