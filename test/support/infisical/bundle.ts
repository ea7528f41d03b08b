import { join } from 'node:path'
import { build } from 'esbuild'
import { recordedRefusals } from './server/recorded.ts'

/**
 * Bundles the stand-in server with its libraries into one ES module for Node 24, `outfile` (`….mjs`), so that
 * its image needs nothing but Node and this file.
 */
export async function bundleServer(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, 'server', 'main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // What the recordings have, by which the server knows what it makes up.
    define: { STAND_IN_RECORDED: JSON.stringify(recordedRefusals()) },
    // Optional native driver of pg; it is not installed.
    external: ['pg-native'],
    // pg and ioredis are CommonJS and call require() for Node's own modules.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  })
}
