#!/usr/bin/env bash
# Tool:    containerd and ctr 1.6.20 (Debian 12: 1.6.20~ds1-1+deb12u3) with its plugin for Kubernetes; as root
# Run:     2026-11-29
# Seen:    In the namespace k8s.io the plugin for Kubernetes adds a second image to each image that ctr imports,
#          named `sha256:` and the digest of its config. Removing the image by the name that it was imported under
#          therefore frees no manifest, config or layer, --sync or not: the second name keeps them.
# Output:  after the import: 2 names
#          after removing registry.example/team/app:1.0: 1 name, the config's digest, 3 blobs
#          after removing that as well: 0 blobs
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

[grpc]
address = "$dir/socket"
[ttrpc]
address = "$dir/socket.ttrpc"
END
containerd --config config.toml >log 2>&1 &
daemon=$!
ctr=(ctr --address "$dir/socket" --namespace k8s.io)
for _ in $(seq 100); do "${ctr[@]}" version >/dev/null 2>&1 && break; sleep 0.2; done

# An OCI layout of one image in one layer, as registries have it.
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
echo '{"schemaVersion":2,"manifests":['"$(put manifest manifest.v1+json)"',"annotations":{"org.opencontainers.image.ref.name":"registry.example/team/app:1.0"}}]}' >layout/index.json
tar -C layout -cf image.tar oci-layout index.json blobs
"${ctr[@]}" images import image.tar >/dev/null 2>&1
second="sha256:$(sha256sum config | cut -d' ' -f1)"
for _ in $(seq 50); do "${ctr[@]}" images ls -q | grep -qx "$second" && break; sleep 0.1; done
names=$("${ctr[@]}" images ls -q | wc -l)
echo "after the import: $names names"
"${ctr[@]}" images rm --sync registry.example/team/app:1.0 >/dev/null
left=$("${ctr[@]}" images ls -q)
kept=$("${ctr[@]}" content ls -q | wc -l)
echo "after removing registry.example/team/app:1.0: $(wc -l <<<"$left") name, the config's digest, $kept blobs"
"${ctr[@]}" images rm --sync "$second" >/dev/null
free=$("${ctr[@]}" content ls -q | wc -l)
echo "after removing that as well: $free blobs"
[ "$names $left $kept $free" = "2 $second 3 0" ]
