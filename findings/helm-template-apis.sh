#!/usr/bin/env bash
# Tool:    helm 4.3.1 (Go module helm.sh/helm/v4)
# Run:     2026-11-29 (compiles for a minute or two when Go's cache is empty)
# Seen:    What `helm template` takes a cluster to have does not follow --kube-version, and is not what that cluster has.
#          Versions that Kubernetes 1.36 serves no more are there; of each version that is there its kinds are not. So a
#          chart that asks for `policy/v1beta1` first renders that for 1.36, and one that asks for
#          `networking.k8s.io/v1/Ingress` renders without it what it would render with it on any cluster.
# Output:  version: v1.36.0
#          policy/v1beta1: true
#          policy/v1beta1/PodDisruptionBudget: false
#          networking.k8s.io/v1: true
#          networking.k8s.io/v1/Ingress: false
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export CGO_ENABLED=0 GOBIN="$dir" HOME="${HOME:-$dir}"
go install helm.sh/helm/v4/cmd/helm@v4.3.1
mkdir -p chart/templates
printf 'apiVersion: v2\nname: chart\nversion: 1.0.0\n' >chart/Chart.yaml
cat >chart/templates/asked.yaml <<'END'
version: {{ .Capabilities.KubeVersion.Version }}
{{- range list "policy/v1beta1" "policy/v1beta1/PodDisruptionBudget" "networking.k8s.io/v1" "networking.k8s.io/v1/Ingress" }}
{{ . }}: {{ $.Capabilities.APIVersions.Has . }}
{{- end }}
END
HELM_CONFIG_HOME="$dir" HELM_CACHE_HOME="$dir" HELM_DATA_HOME="$dir" \
  ./helm template chart --kube-version 1.36.0 | grep -v '^[#-]' | tee seen
diff seen - <<'END'
version: v1.36.0
policy/v1beta1: true
policy/v1beta1/PodDisruptionBudget: false
networking.k8s.io/v1: true
networking.k8s.io/v1/Ingress: false
END
