#!/usr/bin/env bash
# Tool:    helm 4.3.1 (Go module helm.sh/helm/v4): the packages with which helm reads --values and --set
# Run:     2026-11-29 (compiles for a minute or two when Go's cache is empty)
# Seen:    The same words are other values by other doors. A values file reads numbers as YAML 1.1 does, and makes a
#          float of each integer; --set has rules of its own, by which `0400`, `1_000` and `off` are texts; --set-json
#          makes floats again. So moving a line of `--set` into a file changes what a template gets, and a large
#          number that a template prints goes from 1234567 to 1.234567e+06.
# Output:  0400     file: float64 256           --set: string 0400     --set-json: refused
#          1_000    file: float64 1000          --set: string 1_000    --set-json: refused
#          off      file: bool false            --set: string off      --set-json: refused
#          1234567  file: float64 1.234567e+06  --set: int64 1234567   --set-json: float64 1.234567e+06
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >main.go <<'END'
package main

import (
	"fmt"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/strvals"
)

func told(values map[string]any, err error) string {
	if err != nil {
		return "refused"
	}
	return fmt.Sprintf("%T %v", values["a"], values["a"])
}

func main() {
	for _, text := range []string{"0400", "1_000", "off", "1234567"} {
		file, err := common.ReadValues([]byte("a: " + text + "\n"))
		set, setErr := strvals.Parse("a=" + text)
		json := map[string]any{}
		jsonErr := strvals.ParseJSON("a="+text, json)
		fmt.Printf("%-8s file: %-21s --set: %-15s --set-json: %s\n",
			text, told(file, err), told(set, setErr), told(json, jsonErr))
	}
}
END
export GOFLAGS=-mod=mod CGO_ENABLED=0
go mod init see 2>/dev/null
go get helm.sh/helm/v4@v4.3.1 2>/dev/null
go build -o see .
./see | tee seen
diff seen - <<'END'
0400     file: float64 256           --set: string 0400     --set-json: refused
1_000    file: float64 1000          --set: string 1_000    --set-json: refused
off      file: bool false            --set: string off      --set-json: refused
1234567  file: float64 1.234567e+06  --set: int64 1234567   --set-json: float64 1.234567e+06
END
