#!/usr/bin/env bash
# Tool:    containerd and ctr 1.6.20 (Debian 12: 1.6.20~ds1-1+deb12u3); as root
# Run:     2026-11-29
# Seen:    An archive that leaves out parts of an image's index for other processors is imported, as it should be. But
#          not where the part that it leaves out has no platform in the index, as attestations of some builders have
#          none, or is of linux/386 on amd64: then the import of the whole archive fails, though all that this machine
#          runs is in it.
# Output:  left out is linux/arm64: exit 0, 1 images
#          left out has no platform: exit 1, 0 images
#          left out is linux/386: exit 1, 0 images
set -euo pipefail
if [ "$(id -u)" != 0 ]; then echo 'containerd needs root' >&2; exit 2; fi
if [ "$(uname -m)" != x86_64 ]; then echo 'made for amd64' >&2; exit 2; fi
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

described() { # FILE TYPE: its descriptor without the closing brace
  printf '{"mediaType":"application/vnd.oci.image.%s","digest":"sha256:%s","size":%s' \
    "$2" "$(sha256sum "$1" | cut -d' ' -f1)" "$(stat -c %s "$1")"
}
put() { # FILE TYPE: stores it as well
  cp "$1" "layout/blobs/sha256/$(sha256sum "$1" | cut -d' ' -f1)"
  described "$@"
}

seen=''
try() { # NAME PLATFORM: an image for amd64, whose index names a part that is not in the archive
  rm -rf layout && mkdir -p layout/blobs/sha256
  echo '{"imageLayoutVersion":"1.0.0"}' >layout/oci-layout
  echo "hello, $1" >content
  tar -cf layer.tar content
  echo '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:'"$(sha256sum layer.tar | cut -d' ' -f1)"'"]}}' >config
  echo '{"schemaVersion":2,"config":'"$(put config config.v1+json)"'},"layers":['"$(put layer.tar layer.v1.tar)"'}]}' >manifest
  echo '{"schemaVersion":2,"annotations":{"left":"out"}}' >absent
  echo '{"schemaVersion":2,"manifests":['"$(put manifest manifest.v1+json)"',"platform":{"os":"linux","architecture":"amd64"}},'"$(described absent manifest.v1+json)$2"'}]}' >index
  echo '{"schemaVersion":2,"manifests":['"$(put index index.v1+json)"',"annotations":{"io.containerd.image.name":"example.test/'"$1"':1"}}]}' >layout/index.json
  tar -C layout -cf image.tar oci-layout index.json blobs
  code=0
  "${ctr[@]}" images import --no-unpack image.tar >said 2>&1 || code=$?
  images=$("${ctr[@]}" images ls -q | grep -c "/$1:" || true)
  seen+="$code $images "
}
try arm64 ',"platform":{"os":"linux","architecture":"arm64"}'
echo "left out is linux/arm64: exit $code, $images images"
try none ''
echo "left out has no platform: exit $code, $images images"
try i386 ',"platform":{"os":"linux","architecture":"386"}'
echo "left out is linux/386: exit $code, $images images"
[ "$seen" = '0 1 1 0 1 0 ' ]
