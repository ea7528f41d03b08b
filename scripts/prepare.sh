#!/usr/bin/env bash
# Makes a fresh clone ready (the npm packages of the lockfile, Node 24 among them), then runs the script
# that is named with that Node. Nothing is installed twice.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v npm >/dev/null; then
  echo "Node.js 20 or newer, with npm, is needed to begin; the repo brings its own Node 24 after that." >&2
  exit 1
fi
stamp=node_modules/.installed-from
wanted=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
  echo "Installing the npm packages of package-lock.json into node_modules (about a minute) …" >&2
  # Not `npm ci`: it refuses a lockfile that leaves out optional builds for other systems, and registries that
  # do not carry those make just such lockfiles. Versions and checksums are the lockfile's all the same.
  npm install --no-save --no-audit --no-fund --loglevel=error
  echo "$wanted" >"$stamp"
fi
export PATH="$PWD/node_modules/.bin:$PATH"
exec node_modules/.bin/node "$@"
