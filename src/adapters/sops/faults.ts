import { printable, SealiftError } from '../../kernel/errors/index.ts'

/** What an exit code of sops says (cmd/sops/codes of sops 3.13.3), and what to do. */
const known: Readonly<Record<number, readonly [said: string, hint: string]>> = {
  1: [
    'sops found nothing of its own in it, or could not begin',
    'was the whole file copied? `sops filestatus FILE` says what sops makes of it',
  ],
  2: ['sops could not read it', 'it is damaged, or its form is not the one that it was encrypted in'],
  4: ['sops could not write what it had decrypted', 'its form is not the one that it was encrypted in'],
  5: ['sops could not read its own settings', 'look into the .sops.yaml above it'],
  24: ['its checksum could not be decrypted', 'it was edited without sops; take it from where it is whole'],
  25: [
    'one of its values was edited or is damaged',
    'take it from where it is whole, such as an older commit',
  ],
  51: [
    'it is not as sops has written it: its checksum is another',
    'something in it was added, removed or changed without sops: compare it with an older commit, then encrypt it anew',
  ],
  52: ['it has no checksum', 'it was edited without sops; take it from where it is whole'],
  85: ['sops was interrupted', 'run it again'],
  100: ['sops found no such file', 'was it moved meanwhile?'],
  111: ['it names no key', 'it was edited without sops; take it from where it is whole'],
  128: [
    'none of its keys is here',
    'say where an age identity is with SOPS_AGE_KEY_FILE, or have the KMS or PGP key at hand that it was encrypted to',
  ],
}

/** Nothing is decrypted without the data key: what sops says of not having it cannot quote a value. */
const withoutKey = 128

/** The error of a sops that ended with `exitCode`. Its words are told where they cannot hold what was decrypted. */
export function sopsFault(path: string, exitCode: number, stderr: string): SealiftError {
  const [said, hint] = known[exitCode] ?? [`sops ended with ${exitCode}`, 'try `sops decrypt FILE` yourself']
  const reasons = exitCode === withoutKey ? reasonsOf(stderr) : []
  return new SealiftError('SOPS_FAILED', `${printable(path)}: ${said}`, { hints: [hint, ...reasons] })
}

/** Why each key failed, a sentence or two each, which sops breaks into lines; without what could be a key. */
function reasonsOf(stderr: string): string[] {
  const reasons: string[] = []
  let key = ''
  for (const line of stderr.split('\n')) {
    const [, named] = /^ {2}(\S.*): FAILED$/.exec(line) ?? []
    const [, dash, words] = /^ {4}(- | {2})\| (.*)$/.exec(line) ?? []
    if (named !== undefined) key = named
    else if (words !== undefined && dash === '- ') reasons.push(`${key}: ${words}`)
    else if (words !== undefined) reasons.push(`${reasons.pop() ?? ''} ${words}`)
  }
  const hidden = reasons.map(reason => reason.replace(/AGE-[A-Z-]*KEY-\S*|-----BEGIN.*/gs, '…'))
  return hidden.slice(0, 6).map(reason => printable(reason, 500))
}
