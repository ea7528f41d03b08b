#!/usr/bin/env bash
# `npm run carry`, once all is compiled: packs Sealift for a site into out/sealift.tar.gz: the program, its libraries as
# package-lock.json has them, what it applies and explains, and this machine's Node 24. Another folder than out may be named.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-out}
rm -rf "$out/sealift"
mkdir -p "$out/sealift"
cp -r dist manifests bundles README.md LICENSE oclif.manifest.json package.json package-lock.json scripts/sealift "$out/sealift"
(cd "$out/sealift" && npm install --omit=dev --no-save --no-audit --no-fund --loglevel=error >&2)
cp "$(node_modules/.bin/node -p process.execPath)" "$out/sealift/node"
tar czf "$out/sealift.tar.gz" -C "$out" sealift
echo "$out/sealift.tar.gz: $(du -h --si "$out/sealift.tar.gz" | cut -f1)B. On the site: tar xzf sealift.tar.gz; sealift/sealift --help"
