/**
 * What to say where Sealift does not run on a Node of this version; nothing where it does. By `engines` of package.json,
 * which is not read for it: a start is to be fast. An old Node must be able to run this.
 */
export function unfitNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major >= 26 || (major === 24 && minor >= 15)) return undefined
  return `Error: Sealift needs Node 24.15 or newer of 24, or Node 26 or newer, and this is Node ${version}
  → put such a Node first in PATH: a checkout has one in node_modules/.bin
`
}
