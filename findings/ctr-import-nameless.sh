#!/usr/bin/env bash
# Tool:    containerd and ctr 1.6.20 (Debian 12: 1.6.20~ds1-1+deb12u3); as root
# Run:     2026-11-29
# Seen:    `ctr images import` of a valid OCI archive whose entry has no name exits 0, prints nothing and makes no
#          image: what arrived belongs to nothing, and the next collection takes it. With --digests the same archive
#          becomes an image.
# Output:  plain: exit 0, 0 images, "" said, 0 blobs after a collection
#          --digests: exit 0, 1 images
set -euo pipefail
if [ "$(id -u)" != 0 ]; then echo 'containerd needs root' >&2; exit 2; fi
dir=$(mktemp -d)
daemon=''
finish() {
  if [ -n "$daemon" ]; then kill "$daemon" && wait "$daemon" || true; fi
  rm -rf "$dir"
}
trap finish EXIT
cd "$dir"

cat >config.toml <<END
version = 2
root = "$dir/root"
state = "$dir/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "$dir/socket"
[ttrpc]
address = "$dir/socket.ttrpc"
END
containerd --config config.toml >log 2>&1 &
daemon=$!
ctr=(ctr --address "$dir/socket")
for _ in $(seq 100); do "${ctr[@]}" version >/dev/null 2>&1 && break; sleep 0.2; done

# An OCI layout of one image in one layer, whose entry has no name.
mkdir -p layout/blobs/sha256
echo '{"imageLayoutVersion":"1.0.0"}' >layout/oci-layout
put() { # FILE TYPE: stores the file and prints its descriptor without the closing brace
  local hash
  hash=$(sha256sum "$1" | cut -d' ' -f1)
  cp "$1" "layout/blobs/sha256/$hash"
  printf '{"mediaType":"application/vnd.oci.image.%s","digest":"sha256:%s","size":%s' "$2" "$hash" "$(stat -c %s "$1")"
}
echo hello >content
tar -cf layer.tar content
echo '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:'"$(sha256sum layer.tar | cut -d' ' -f1)"'"]}}' >config
echo '{"schemaVersion":2,"config":'"$(put config config.v1+json)"'},"layers":['"$(put layer.tar layer.v1.tar)"'}]}' >manifest
echo '{"schemaVersion":2,"manifests":['"$(put manifest manifest.v1+json)"'}]}' >layout/index.json
tar -C layout -cf image.tar oci-layout index.json blobs

import() {
  code=0
  said=$("${ctr[@]}" images import "$@" image.tar 2>&1) || code=$?
  images=$("${ctr[@]}" images ls -q | wc -l)
}
import
"${ctr[@]}" leases create --id collect >/dev/null
"${ctr[@]}" leases rm --sync collect >/dev/null # waits for a collection
blobs=$("${ctr[@]}" content ls -q | wc -l)
echo "plain: exit $code, $images images, \"$said\" said, $blobs blobs after a collection"
seen="$code $images $said $blobs"
import --digests
echo "--digests: exit $code, $images images"
seen+=" $code $images"
[ "$seen" = '0 0  0 0 1' ]
