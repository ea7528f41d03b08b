import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

// Small on purpose: the stand-in logs in at every reconcile of ESO, on two cores.
const cost: ScryptOptions = { N: 1024 }

function derive(text: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(text, salt, 32, cost, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

/** Hashes a password or client secret with scrypt: `salt:key`, both in hex. */
export async function hashPassword(text: string): Promise<string> {
  const salt = randomBytes(16)
  return `${salt.toString('hex')}:${(await derive(text, salt)).toString('hex')}`
}

/** Whether `text` is what `hash` was made of. */
export async function samePassword(text: string, hash: string): Promise<boolean> {
  const [salt = '', key = ''] = hash.split(':')
  return timingSafeEqual(await derive(text, Buffer.from(salt, 'hex')), Buffer.from(key, 'hex'))
}
