import { arch, platform } from 'node:os'

/** This machine's platform as images spell it: `linux/amd64`. */
export function thisPlatform(): string {
  return `${platform()}/${{ x64: 'amd64' }[arch() as string] ?? arch()}`
}
