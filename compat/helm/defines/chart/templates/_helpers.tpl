{{- define "outer" -}}
{{ include "inner" . }}
{{- end -}}
{{- define "inner" -}}
name: {{ .Values.missing.name }}
{{- end -}}
{{- define "failing" -}}
{{- fail (printf "cannot go on: %s" .Release.Name) -}}
{{- end -}}
{{- define "self" -}}{{ include "self" . }}{{- end -}}
