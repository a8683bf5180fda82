{{- define "labels" }}app: {{ .Release.Name }}{{ end }}
