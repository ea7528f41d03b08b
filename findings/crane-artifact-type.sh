#!/usr/bin/env bash
# Tool:    crane 0.22.1 (Go module github.com/google/go-containerregistry)
# Run:     2026-11-29
# Seen:    `artifactType` is meant for what is no image, yet crane writes it beside plain images: into the entries
#          of an index (`crane index append`) and of a layout (`crane pull --format oci`). The manifest itself has
#          none; the value is the media type of the image's config. Who parts images from artifacts by this field
#          loses every image that passed through crane.
# Output:  in the manifest: null
#          in the index:    application/vnd.oci.image.config.v1+json
#          in the layout:   application/vnd.oci.image.config.v1+json
set -euo pipefail
dir=$(mktemp -d)
registry=''
finish() {
  if [ -n "$registry" ]; then kill "$registry" && wait "$registry" || true; fi
  rm -rf "$dir"
}
trap finish EXIT
cd "$dir"
mkdir build
(
  cd build
  export GOFLAGS=-mod=mod CGO_ENABLED=0
  go mod init build 2>/dev/null
  go get github.com/google/go-containerregistry@v0.22.1 2>/dev/null
  go build -o "$dir" github.com/google/go-containerregistry/cmd/crane
)

./crane registry serve --address 127.0.0.1:0 2>log &
registry=$!
for _ in $(seq 100); do grep -q 'serving on port' log && break; sleep 0.1; done
repository="127.0.0.1:$(sed -n 's/.*serving on port \([0-9]*\).*/\1/p' log)/team/app"

echo hello >content
tar -cf layer.tar content
./crane append --oci-empty-base -f layer.tar -t "$repository:1.0" >/dev/null 2>&1
./crane index append -m "$repository:1.0" -t "$repository:all" >/dev/null 2>&1
./crane pull --format oci "$repository:1.0" layout

image=$(./crane manifest "$repository:1.0" | jq -r .artifactType)
index=$(./crane manifest "$repository:all" | jq -r '.manifests[0].artifactType')
layout=$(jq -r '.manifests[0].artifactType' layout/index.json)
echo "in the manifest: $image"
echo "in the index:    $index"
echo "in the layout:   $layout"
config=application/vnd.oci.image.config.v1+json
[ "$image $index $layout" = "null $config $config" ]
