#!/usr/bin/env bash
# Tool:    cosign 3.1.3 (Go module github.com/sigstore/cosign/v3)
# Run:     2026-11-29 (compiles for some minutes when Go's cache is empty)
# Seen:    cosign takes an Ed25519 key, signs a file with it and writes its own form of bundle, which it then refuses
#          to verify: it leaves the digest of the file out, and wants it to be there. With the digest filled in by
#          hand, the same bundle verifies. An ECDSA key does not meet this.
# Output:  ecdsa: Verified OK
#          ed25519: message is missing artifact digest
#          ed25519, digest filled in: Verified OK
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
(
  export GOFLAGS=-mod=mod CGO_ENABLED=0
  go mod init see 2>/dev/null
  go get github.com/sigstore/cosign/v3@v3.1.3 2>/dev/null
  go build -trimpath -gcflags=all=-dwarf=false -o . github.com/sigstore/cosign/v3/cmd/cosign
)
# No word leaves this machine: no log, no list of services, and a proxy that nobody is at.
export HOME="$dir" COSIGN_PASSWORD='' HTTPS_PROXY=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9

echo hello >file
openssl genpkey -quiet -algorithm ed25519 -out ed25519.pem
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ecdsa.pem
for kind in ecdsa ed25519; do
  ./cosign import-key-pair --yes --key "$kind.pem" --output-key-prefix "$kind" 2>/dev/null
  ./cosign sign-blob --yes --key "$kind.key" --use-signing-config=false --tlog-upload=false \
    --bundle "$kind.bundle" file >/dev/null 2>&1
done
jq --arg digest "$(openssl dgst -sha256 -binary file | base64)" \
  '.messageSignature.messageDigest = {algorithm: "SHA2_256", digest: $digest}' ed25519.bundle >filled.bundle

verify() { # NAME KEY BUNDLE
  local said
  said=$(./cosign verify-blob --key "$2.pub" --bundle "$3.bundle" --insecure-ignore-tlog=true file 2>&1) || true
  echo "$1: $(grep -o 'Verified OK\|message is missing artifact digest' <<<"$said" | sort -u)"
}
{
  verify ecdsa ecdsa ecdsa
  verify ed25519 ed25519 ed25519
  verify 'ed25519, digest filled in' ed25519 filled
} | tee seen
diff seen - <<'END'
ecdsa: Verified OK
ed25519: message is missing artifact digest
ed25519, digest filled in: Verified OK
END
