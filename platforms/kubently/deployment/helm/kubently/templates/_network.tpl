{{/* What network policies have in common. */}}

{{- define "kubently.dnsEgress" -}}
- ports:
    - protocol: UDP
      port: 53
    - protocol: TCP
      port: 53
  {{- with .Values.networkPolicy.dns }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* Whether the executor calls the Service kubently-api of its own namespace. */}}
{{- define "kubently.apiUrl.isLocalService" -}}
{{- $host := (urlParse (include "kubently.apiUrl" .)).host | regexFind "^[^:]+" }}
{{- has $host (list "kubently-api" (printf "kubently-api.%s" .Release.Namespace) (printf "kubently-api.%s.svc" .Release.Namespace) (printf "kubently-api.%s.svc.cluster.local" .Release.Namespace)) }}
{{- end }}
