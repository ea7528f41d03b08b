import { arch, hostname, platform, userInfo } from 'node:os'

/** This machine's platform as images spell it: `linux/amd64`. */
export function thisPlatform(): string {
  return `${platform()}/${{ x64: 'amd64' }[arch() as string] ?? arch()}`
}

/** This process as people on other machines may find it: `root@node1, process 4711`. */
export function thisOperator(): string {
  return `${userName()}@${hostname()}, process ${process.pid}`
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.()}` // one without an entry in /etc/passwd
  }
}
