{{/*
What the API knows of executors' tokens: token.<clusterId> with the SHA-256 of each. The one of this release's own
executor is among them, unless it is in a Secret of the user's own.
*/}}
{{- define "kubently.api.tokens" -}}
{{- $tokens := dict }}
{{- if .Values.executor.enabled }}
{{- with include "kubently.token" . }}
{{- $_ := set $tokens (include "kubently.clusterId" $) . }}
{{- end }}
{{- end }}
{{- range $cluster, $token := .Values.api.tokens }}
{{- $token := toString $token }}
{{- if has $token (values $tokens) }}
{{- fail (printf "api.tokens.%s is the token of another cluster, too; expected one for each (openssl rand -hex 32)" $cluster) }}
{{- end }}
{{- $_ := set $tokens $cluster $token }}
{{- end }}
{{- range $cluster, $token := $tokens }}
token.{{ $cluster }}: {{ printf "sha256:%s" (sha256sum $token) | b64enc | quote }}
{{- end }}
{{- end }}

{{- define "kubently.redis.url" -}}
{{- if .Values.redis.enabled -}}
redis://kubently-redis-master:6379/0
{{- else }}
{{- printf "%s://%s:%v/0" (ternary "rediss" "redis" .Values.redis.external.tls) (required "redis.external.host is needed with redis.enabled: false" .Values.redis.external.host) .Values.redis.external.port }}
{{- end }}
{{- end }}
