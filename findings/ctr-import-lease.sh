#!/usr/bin/env bash
# Tool:    containerd and ctr 1.6.20 (Debian 12: 1.6.20~ds1-1+deb12u3); as root
# Run:     2026-11-29
# Seen:    `ctr images import` guards what it brings by a lease of random name. An import that is asked to stop
#          (SIGTERM) in its middle leaves that lease behind, and it holds the blobs that had arrived for 24 hours:
#          a garbage collection takes nothing. No image names them, so no list of images shows why the disk is full.
# Output:  ctr ended with 143
#          leases left: 1, ends after 24 h
#          images: 0, blobs after a collection: 3
#          blobs once the lease is deleted: 0
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

# An OCI layout of one image in one layer, of 16 MB.
mkdir -p layout/blobs/sha256
echo '{"imageLayoutVersion":"1.0.0"}' >layout/oci-layout
put() { # FILE TYPE: stores the file and prints its descriptor without the closing brace
  local hash
  hash=$(sha256sum "$1" | cut -d' ' -f1)
  cp "$1" "layout/blobs/sha256/$hash"
  printf '{"mediaType":"application/vnd.oci.image.%s","digest":"sha256:%s","size":%s' "$2" "$hash" "$(stat -c %s "$1")"
}
head -c 16000000 /dev/zero | tr '\0' x >content
tar -cf layer.tar content
echo '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:'"$(sha256sum layer.tar | cut -d' ' -f1)"'"]}}' >config
echo '{"schemaVersion":2,"config":'"$(put config config.v1+json)"'},"layers":['"$(put layer.tar layer.v1.tar)"'}]}' >manifest
echo '{"schemaVersion":2,"manifests":['"$(put manifest manifest.v1+json)"',"annotations":{"org.opencontainers.image.ref.name":"registry.example/team/app:1.0"}}]}' >layout/index.json
tar -C layout -cf image.tar oci-layout index.json blobs

mkfifo pipe
"${ctr[@]}" images import - <pipe >/dev/null 2>&1 &
import=$!
exec 9>pipe
# All but the layer's end, which never comes: small blobs first.
tar -C layout -cf - oci-layout index.json $(cd layout && ls -Sr blobs/sha256/*) | head -c 8000000 >&9 || true
sleep 1
kill -TERM "$import"
code=0
wait "$import" || code=$?
exec 9>&-
collect() { # deleting any lease with --sync waits for a collection
  "${ctr[@]}" leases create --id collect >/dev/null
  "${ctr[@]}" leases rm --sync collect >/dev/null
}
collect
lease=$("${ctr[@]}" leases ls | tail -n +2)
read -r id created labels <<<"$lease"
hours=$((($(date -d "${labels##*gc.expire=}" +%s) - $(date -d "$created" +%s)) / 3600))
images=$("${ctr[@]}" images ls -q | wc -l)
blobs=$("${ctr[@]}" content ls -q | wc -l)
"${ctr[@]}" leases rm --sync "$id" >/dev/null
after=$("${ctr[@]}" content ls -q | wc -l)
echo "ctr ended with $code"
echo "leases left: $(wc -l <<<"$lease"), ends after $hours h"
echo "images: $images, blobs after a collection: $blobs"
echo "blobs once the lease is deleted: $after"
[ "$code $(wc -l <<<"$lease") $hours $images $((blobs > 0)) $after" = '143 1 24 0 1 0' ]
