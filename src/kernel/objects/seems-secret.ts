// Names that say that their value is secret, and values that are it whatever their name.
const secretName = /(^|_)(PASS|PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|KEY|CREDENTIAL)S?(_|$)/i
const secretText =
  /:\/\/[^/\s]*:[^/\s]+@|-----BEGIN [A-Z ]*PRIVATE KEY-----|--?[\w-]*passw(?:or)?d[\w-]*[= ]\S/i
// A variable of a container, an entry of a ConfigMap.
const named = /(?:\[([^[\]"]+)\]\.value|(?:^|\.)(?:data|stringData)(?:\.([\w-]+)|\["([^"]+)"\]))$/

/** Whether a variable's value is secret by its name. `dbPassword`, `db.password` and `DB_PASSWORD` are alike. */
export function isSecretName(name: string): boolean {
  return secretName.test(name.replace(/([a-z])([A-Z])/g, '$1_$2').replaceAll(/[.-]/g, '_'))
}

/** Whether a text is secret whatever it is called: a login in an address, a private key, a password among arguments. */
export function isSecretText(text: string): boolean {
  return secretText.test(text)
}

/** Whether a value of an object is not to be shown, although the object is no Secret: by its path, or by itself. */
export function seemsSecret(path: string, value: unknown): boolean {
  if (typeof value !== 'string') return false
  // kubectl's note of what it applied is the object again, as a text.
  if (path.includes('kubectl.kubernetes.io/last-applied-configuration')) return true
  const [, variable, key, quoted] = named.exec(path) ?? []
  return isSecretText(value) || isSecretName(variable ?? key ?? quoted ?? '')
}
