/** Writes JSON lines to stdout, as the real server does. Never give it a secret. */
export interface Log {
  info(message: string): void
  error(message: string): void
}

const write = (level: string) => (message: string) =>
  void process.stdout.write(`${JSON.stringify({ level, time: new Date().toISOString(), msg: message })}\n`)

/** The process log. */
export const log: Log = { info: write('info'), error: write('error') }
