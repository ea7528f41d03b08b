#!/usr/bin/env bash
# Tools:   crane 0.22.1 and oras 1.3.6 (Go modules), skopeo 1.9.3 (Debian 12: 1.9.3+ds1-1+b10)
# Run:     2026-11-29
# Seen:    `crane pull --format oci --annotate-ref` into a layout that has the tag already does not replace its
#          entry: it appends another one of the same name, even when nothing has changed. After the tag has moved,
#          the layout names two images alike, and its readers disagree: skopeo takes the first entry, so the old
#          image, and oras the last, so the new one. Nobody warns.
# Output:  entries named 127.0.0.1:PORT/team/app:1.0: 3 (old new new)
#          skopeo reads: old
#          oras reads:   new
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
port=$(sed -n 's/.*serving on port \([0-9]*\).*/\1/p' log)
name="127.0.0.1:$port/team/app:1.0"

declare -A which
push() {
  echo "$1" >content
  tar -cf layer.tar content
  which[$(./crane append --oci-empty-base -f layer.tar -t "$name" 2>/dev/null | sed 's/.*@//')]=$1
}
push old
./crane pull --format oci --annotate-ref "$name" mirror
push new
./crane pull --format oci --annotate-ref "$name" mirror
./crane pull --format oci --annotate-ref "$name" mirror

entries=''
for digest in $(jq -r --arg name "$name" \
  '.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == $name).digest' mirror/index.json); do
  entries+="${which[$digest]} "
done
entries=${entries% }
first=${which["sha256:$(skopeo inspect --raw "oci:mirror:$name" | sha256sum | cut -d' ' -f1)"]}
last=${which[$(./oras resolve --oci-layout-path mirror "$name")]}
echo "entries named $name: $(wc -w <<<"$entries") ($entries)"
echo "skopeo reads: $first"
echo "oras reads:   $last"
[ "$entries $first $last" = 'old new new old new' ]
