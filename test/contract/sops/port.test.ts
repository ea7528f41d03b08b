/** What sops gives of a file, and how it says no: the real one, and the one in memory. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSops } from '../../../src/adapters/sops/index.ts'
import type { Sops, SopsFormat } from '../../../src/kernel/ports/index.ts'
import { memorySops } from '../../support/memory-sops.ts'
import { edit, type RealSops, realSops } from '../../support/sops.ts'

let real: RealSops
beforeAll(async () => {
  real = await realSops()
})
afterAll(() => real.dispose())

interface Setting {
  readonly sops: Sops
  /** `json` is what a file is in JSON. */
  put(name: string, format: SopsFormat, plain: string | Uint8Array, json?: string): Promise<string>
}

const settings: Record<string, () => Setting> = {
  real: () => ({ sops: real.sops, put: (name, format, plain) => real.encrypt(name, format, plain) }),
  memory: () => {
    const sops = memorySops()
    const put: Setting['put'] = async (path, format, plain, json) => {
      sops.put(path, format, plain, json)
      return path
    }
    return { sops, put }
  },
}

describe.each(Object.keys(settings))('%s sops', name => {
  const setting = (): Setting => settings[name]?.() as Setting

  test.each<[string, SopsFormat, string | Uint8Array]>([
    ['a.yaml', 'yaml', 'a: two\nb:\n    c: "3"\n'],
    ['-x.yaml.enc', 'yaml', 'a: two\n'],
    ['.env.production', 'dotenv', 'A=1\nB="x"\n'],
    ['settings.conf', 'ini', '[db]\nuser = u\n'],
    ['no-end.txt', 'binary', 'without a newline'],
    ['ends.txt', 'binary', 'ends in two\n\n'],
    ['bytes', 'binary', Buffer.from([0, 255, 254, 10])],
    ['with a blank.json', 'json', '{\n\t"a": "b"\n}'],
  ])('gives the bytes of %s as %s', async (file, format, plain) => {
    const { sops, put } = setting()
    const bytes = await sops.decrypt(await put(file, format, plain), format)
    expect(Buffer.from(bytes).toString('latin1').trimEnd()).toBe(
      Buffer.from(plain).toString('latin1').trimEnd(),
    )
    if (format === 'binary') expect(Buffer.from(bytes)).toEqual(Buffer.from(plain))
  })

  test('says that a file is not there, or is of another form', async () => {
    const { sops, put } = setting()
    await expect(sops.decrypt('/nowhere/x.yaml', 'yaml')).rejects.toMatchObject({
      code: 'SOPS_FAILED',
      message: '/nowhere/x.yaml: sops found no such file',
    })
    const path = await put('form.yaml', 'yaml', 'a: two\n')
    await expect(sops.decrypt(path, 'json')).rejects.toMatchObject({ code: 'SOPS_FAILED' })
  })

  test('gives the first document of a YAML file in JSON, where that is asked for', async () => {
    const { sops, put } = setting()
    const path = await put('two.yaml', 'yaml', 'a: "\\tb\\nc"\n---\nd: e\n', '{"a":"\\tb\\nc"}')
    const bytes = await sops.decrypt(path, 'yaml', { as: 'json' })
    expect(JSON.parse(Buffer.from(bytes).toString())).toEqual({ a: '\tb\nc' })
  })

  test('stops when it is told to', async () => {
    const { sops, put } = setting()
    const path = await put('stopped.yaml', 'yaml', 'a: two\n')
    await expect(sops.decrypt(path, 'yaml', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    })
  })
})

describe('the real one', () => {
  const text = 'password: hush-hush\nplain_unencrypted: not-a-secret\n'

  test.each<[string, string, (text: string) => string, RegExp]>([
    [
      'a value that was taken from another',
      'moved.yaml',
      said => said.replace('password:', 'pass:'),
      /edited or is damaged/,
    ],
    [
      'a value that is not encrypted any more',
      'open.yaml',
      said => said.replace(/password: .*/, 'password: hush-hush'),
      /edited/,
    ],
    [
      'a text that was added',
      'added.yaml',
      said => said.replace('not-a-secret', 'hush-hush'),
      /checksum is another/,
    ],
    ['a file without its checksum', 'nomac.yaml', said => said.replace(/^ *mac: .*\n/m, ''), /checksum/],
    [
      'a file without what sops adds',
      'bare.yaml',
      said => said.replace(/^sops:[\s\S]*/m, ''),
      /nothing of its own/,
    ],
    ['a file that was cut', 'cut.yaml', said => said.slice(0, -700), /\S/],
  ])('does not open %s, and says nothing of what is in there', async (_, name, change, message) => {
    const path = await real.encrypt(name, 'yaml', text)
    await edit(path, change)
    const error = await real.sops.decrypt(path, 'yaml').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'SOPS_FAILED', message: expect.stringMatching(message) })
    expect((error as { hints: string[] }).hints.length).toBeGreaterThan(0)
    expect(JSON.stringify(error) + String(error)).not.toContain('hush-hush')
  })

  test('says whose key is missing, and where sops has looked for it', async () => {
    const path = await real.encrypt('foreign.yaml', 'yaml', text)
    const home = join(real.folder, 'home')
    await mkdir(home)
    const environment = { HOME: home, XDG_CONFIG_HOME: home, SOPS_AGE_KEY_FILE: '/nowhere/keys.txt' }
    const elsewhere = createSops({ program: real.program, environment })
    const error = await elsewhere.decrypt(path, 'yaml').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'SOPS_FAILED', message: `${path}: none of its keys is here` })
    const hints = (error as { hints: string[] }).hints.join('\n')
    expect(hints).toContain('SOPS_AGE_KEY_FILE')
    expect(hints).toMatch(/age1\w+: .*\/nowhere\/keys\.txt/)
    expect(hints).not.toMatch(/^\||\s{2}/m)
  })

  test('never quotes a key that cannot be read', async () => {
    const path = await real.encrypt('badkey.yaml', 'yaml', text)
    const environment = { SOPS_AGE_KEY_FILE: '', SOPS_AGE_KEY: 'AGE-SECRET-KEY-1NOTAKEY' }
    const error = await createSops({ program: real.program, environment })
      .decrypt(path, 'yaml')
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'SOPS_FAILED' })
    expect((error as { hints: string[] }).hints.join('\n')).not.toContain('1NOTAKEY')
  })

  test('is bounded, and says when it is not there or cannot be run', async () => {
    const path = await real.encrypt('large.txt', 'binary', 'x'.repeat(5000))
    const { program, environment } = real
    await expect(
      createSops({ program, environment, limit: 1000 }).decrypt(path, 'binary'),
    ).rejects.toMatchObject({
      message: `${path}: it is larger than 1.0 kB when decrypted`,
    })
    await expect(createSops({ program: 'no-such-sops' }).decrypt(path, 'binary')).rejects.toMatchObject({
      code: 'SOPS_FAILED',
      message: 'there is no no-such-sops on PATH',
    })
    await expect(createSops({ program: path }).decrypt(path, 'binary')).rejects.toMatchObject({
      message: `${path} cannot be run: EACCES`,
    })
  })

  test('that does not end is ended with whoever is told to stop', async () => {
    const pidFile = join(real.folder, 'pid')
    const program = join(real.folder, 'slow')
    await writeFile(program, `#!/bin/sh\necho $$ >'${pidFile}'\nexec sleep 600\n`)
    await chmod(program, 0o755)
    const stopping = new AbortController()
    const reading = createSops({ program }).decrypt('/x', 'yaml', { signal: stopping.signal })
    const settled = reading.catch((thrown: unknown) => thrown)
    let pid = ''
    while (pid === '') pid = (await readFile(pidFile, 'utf8').catch(() => '')).trim()
    stopping.abort()
    expect(await settled).toMatchObject({ code: 'INTERRUPTED' })
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH')
  })
})
