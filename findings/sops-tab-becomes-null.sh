#!/usr/bin/env bash
# Tools:   sops 3.13.3 (Go module github.com/getsops/sops/v3), age 1.3.2 (Go module filippo.io/age)
# Run:     2026-11-29
# Seen:    A YAML text of several lines whose first begins with a tab is encrypted whole, and decrypts to null with
#          exit 0; `--extract` and `--output-type json` give it. Whoever then edits another value of the file with
#          `sops edit` saves the null: the secret is gone, with exit 0 as well, from JSON too.
# Output:  decrypt, exit 0: key: null
#          as JSON: "\tfirst\nsecond"
#          edit of another value, exit 0
#          as JSON: null
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOBIN=$dir CGO_ENABLED=0
go install -trimpath -gcflags=all=-dwarf=false github.com/getsops/sops/v3/cmd/sops@v3.13.3 2>/dev/null
go install filippo.io/age/cmd/age-keygen@v1.3.2 2>/dev/null
./age-keygen -o identity.txt 2>/dev/null
export SOPS_AGE_KEY_FILE=$dir/identity.txt

printf 'key: "\\tfirst\\nsecond"\nother: before\n' >file.yaml
./sops encrypt --age "$(./age-keygen -y identity.txt)" --in-place file.yaml
{
  plain=$(./sops decrypt file.yaml) && code=0 || code=$?
  echo "decrypt, exit $code: $(head -n 1 <<<"$plain")"
  echo "as JSON: $(./sops decrypt --output-type json file.yaml | jq .key)"
  EDITOR='sed -i s/before/after/' ./sops edit file.yaml >/dev/null && code=0 || code=$?
  echo "edit of another value, exit $code"
  echo "as JSON: $(./sops decrypt --output-type json file.yaml | jq .key)"
} | tee seen
diff seen - <<'END'
decrypt, exit 0: key: null
as JSON: "\tfirst\nsecond"
edit of another value, exit 0
as JSON: null
END
