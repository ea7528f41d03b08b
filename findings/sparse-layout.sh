#!/usr/bin/env bash
# Tools:   crane 0.22.1 and oras 1.3.6 (Go modules), skopeo 1.9.3 (Debian 12: 1.9.3+ds1-1+b10)
# Run:     2026-11-29
# Seen:    An OCI layout may lack blobs that it names, so one that carries amd64 of an image for amd64 and arm64 is
#          valid. skopeo copies the platform that is there. oras does when told which, and refuses otherwise. crane
#          has a --platform flag too, takes it with `push`, ignores it, and fails on the platform that is not asked
#          for.
# Output:  skopeo copy: ok
#          oras cp: failed
#          oras cp --platform linux/amd64: ok
#          crane push: failed
#          crane push --platform linux/amd64: failed
set -euo pipefail
dir=$(mktemp -d)
registry=''
finish() {
  if [ -n "$registry" ]; then kill "$registry" && wait "$registry" || true; fi
  rm -rf "$dir"
}
trap finish EXIT
cd "$dir"
for tool in github.com/google/go-containerregistry@v0.22.1/cmd/crane oras.land/oras@v1.3.6/cmd/oras; do
  module=${tool%%/cmd/*}
  mkdir "build-${tool##*/}"
  (
    cd "build-${tool##*/}"
    export GOFLAGS=-mod=mod CGO_ENABLED=0
    go mod init build 2>/dev/null
    go get "$module" 2>/dev/null
    go build -o "$dir" "${module%@*}/cmd/${tool##*/}"
  )
done

./crane registry serve --address 127.0.0.1:0 2>log &
registry=$!
for _ in $(seq 100); do grep -q 'serving on port' log && break; sleep 0.1; done
repository="127.0.0.1:$(sed -n 's/.*serving on port \([0-9]*\).*/\1/p' log)/team/app"

parts=()
for platform in amd64 arm64; do
  echo "$platform" >content
  tar -cf layer.tar content
  ./crane append --oci-empty-base -f layer.tar -t "$repository:base" >/dev/null 2>&1
  ./crane mutate --set-platform "linux/$platform" -t "$repository:$platform" "$repository:base" >/dev/null 2>&1
  parts+=(-m "$repository:$platform")
done
./crane index append "${parts[@]}" -t "$repository:all" >/dev/null 2>&1
skopeo copy --quiet --all --src-tls-verify=false "docker://$repository:all" oci:layout:all
absent=$(./crane digest "$repository:arm64")
rm "layout/blobs/${absent/://}"

seen=''
try() {
  local outcome=ok
  "${@:2}" >/dev/null 2>said || outcome=failed
  echo "$1: $outcome"
  if [ "$outcome" = failed ]; then grep -q "${absent#sha256:}.*\(no such file\|not found\)" said; fi
  seen+="$outcome "
}
one=(--platform linux/amd64)
try 'skopeo copy' skopeo copy --override-arch amd64 --dest-tls-verify=false oci:layout:all "docker://$repository/1:1"
try 'oras cp' ./oras cp --from-oci-layout layout:all --to-plain-http "$repository/2:1"
try "oras cp ${one[*]}" ./oras cp "${one[@]}" --from-oci-layout layout:all --to-plain-http "$repository/3:1"
try 'crane push' ./crane push layout "$repository/4:1"
try "crane push ${one[*]}" ./crane push "${one[@]}" layout "$repository/5:1"
[ "$seen" = 'ok failed ok failed failed ' ]
