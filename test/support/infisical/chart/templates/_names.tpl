{{/* Object names and labels, equal to those that upstream's chart gives. */}}
{{- define "standin.name" -}}
{{ .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "standin.fullname" -}}
{{- $server := .Values.infisical }}
{{- $base := .Values.nameOverride | default .Chart.Name }}
{{- $prefix := ternary .Release.Name (printf "%s-%s" .Release.Name $base) (contains $base .Release.Name) }}
{{- $server.fullnameOverride | default (printf "%s-%s" $prefix $server.name) | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "standin.account" -}}
{{ printf "%s-infisical" .Release.Name }}
{{- end }}

{{- define "standin.selector" -}}
app: {{ include "standin.name" . }}
component: {{ .Values.infisical.name | quote }}
release: {{ .Release.Name }}
{{- end }}

{{- define "standin.labels" -}}
{{ include "standin.selector" . }}
chart: {{ printf "%s-%s" (include "standin.name" .) .Chart.Version | trunc 63 | trimSuffix "-" }}
heritage: {{ .Release.Service }}
{{- end }}
