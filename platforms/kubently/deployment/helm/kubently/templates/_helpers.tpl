{{/*
Names are fixed: runbooks, executors in other clusters and the API's certificate know them. Labels that find pods hold no
release name for the same reason. Most helpers take (dict "root" $ "app" "api").
*/}}

{{- define "kubently.selectorLabels" -}}
app: {{ .app }}
app.kubernetes.io/name: kubently-{{ .app }}
{{- end }}

{{- define "kubently.labels" -}}
{{ include "kubently.selectorLabels" . }}
app.kubernetes.io/part-of: kubently
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* An image; a digest goes before a tag. Takes root and image. */}}
{{- define "kubently.image" -}}
{{- if .image.digest }}
{{- printf "%s@%s" .image.repository .image.digest }}
{{- else }}
{{- printf "%s:%s" .image.repository (.image.tag | default .root.Chart.AppVersion) }}
{{- end }}
{{- end }}

{{/* The part of a pod's spec that does not depend on what runs in it. Takes root and own. */}}
{{- define "kubently.pod" -}}
enableServiceLinks: false
securityContext:
  {{- toYaml .root.Values.podSecurityContext | nindent 2 }}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Variables from a mapping of names to values. */}}
{{- define "kubently.env" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}

{{/* A value that stays: the one given, else that of the live Secret, else a new one. Takes root, given, secret, key, new. */}}
{{- define "kubently.kept" -}}
{{- $live := (lookup "v1" "Secret" .root.Release.Namespace .secret).data | default dict }}
{{- if .given }}
{{- .given | toString }}
{{- else if hasKey $live .key }}
{{- get $live .key | b64dec }}
{{- else }}
{{- .new }}
{{- end }}
{{- end }}
