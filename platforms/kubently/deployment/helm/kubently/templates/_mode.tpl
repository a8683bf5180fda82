{{/* What a release is, found from its values. Each of these is empty for no. */}}

{{/* Whether a domain is given: tls.external alone implies mode external. */}}
{{- define "kubently.tls.enabled" -}}
{{- if kindIs "invalid" .Values.tls.enabled }}
{{- if or .Values.tls.mode .Values.tls.external.domain }}true{{ end }}
{{- else if .Values.tls.enabled }}true{{ end }}
{{- end }}

{{- define "kubently.tls.mode" -}}
{{- $mode := .Values.tls.mode | default (ternary "external" "internal" (not (empty .Values.tls.external.domain))) }}
{{- if and (include "kubently.tls.enabled" .) (eq $mode "external") (not .Values.tls.external.domain) }}
{{- fail "tls.mode is external, and tls.external.domain is empty; expected the name under which executors reach the API" }}
{{- end }}
{{- $mode }}
{{- end }}

{{/* Whether executor.apiUrl leads out of this cluster. */}}
{{- define "kubently.apiUrl.isRemote" -}}
{{- with .Values.executor.apiUrl }}
{{- $host := (urlParse .).host | regexFind "^[^:]+" }}
{{- if and (contains "." $host) (not (regexMatch "\\.svc(\\.|$)" $host)) }}true{{ end }}
{{- end }}
{{- end }}

{{/* Whether the API is in this release. */}}
{{- define "kubently.api.enabled" -}}
{{- if kindIs "invalid" .Values.api.enabled }}
{{- if or (include "kubently.tls.enabled" .) (not (include "kubently.apiUrl.isRemote" .)) }}true{{ end }}
{{- else if .Values.api.enabled }}true{{ end }}
{{- end }}

{{- define "kubently.redis.enabled" -}}
{{- if and (include "kubently.api.enabled" .) .Values.redis.enabled }}true{{ end }}
{{- end }}

{{- define "kubently.ingress.enabled" -}}
{{- if include "kubently.api.enabled" . }}
{{- if kindIs "invalid" .Values.ingress.enabled }}
{{- include "kubently.tls.enabled" . }}
{{- else if .Values.ingress.enabled }}true{{ end }}
{{- end }}
{{- end }}

{{/* Hosts of the ingress, as JSON: the domain of tls, unless others are named. */}}
{{- define "kubently.hosts" -}}
{{- $hosts := list }}
{{- if .Values.ingress.hosts }}
{{- range .Values.ingress.hosts }}
{{- $hosts = append $hosts .host }}
{{- end }}
{{- else if eq (include "kubently.tls.mode" .) "external" }}
{{- $hosts = prepend .Values.tls.external.additionalDomains .Values.tls.external.domain }}
{{- else }}
{{- $hosts = list .Values.tls.internal.domain }}
{{- end }}
{{- uniq $hosts | toJson }}
{{- end }}

{{/* The address that the executor calls. */}}
{{- define "kubently.apiUrl" -}}
{{- if .Values.executor.apiUrl }}
{{- .Values.executor.apiUrl | trimSuffix "/" }}
{{- else if not (include "kubently.api.enabled" .) }}
{{- fail "executor.apiUrl is empty, and the API is not in this release; expected its address, as https://api.kubently.example.com" }}
{{- else if and (include "kubently.tls.enabled" .) (eq (include "kubently.tls.mode" .) "external") }}
{{- printf "https://%s" .Values.tls.external.domain }}
{{- else }}
{{- printf "http://kubently-api:%v" .Values.api.service.port }}
{{- end }}
{{- end }}

{{- define "kubently.apiUrl.port" -}}
{{- $url := urlParse (include "kubently.apiUrl" .) }}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https")) }}
{{- end }}

{{- define "kubently.clusterId" -}}
{{- if .Values.executor.clusterId }}
{{- .Values.executor.clusterId }}
{{- else if include "kubently.api.enabled" . -}}
local
{{- else }}
{{- fail "executor.clusterId is empty, and the API is not in this release; expected a name that no other cluster has at the API" }}
{{- end }}
{{- end }}

{{/*
The executor's token: 32 random bytes as hex. Drawn once for all templates. Empty if it is in a Secret of the
user's own.
*/}}
{{- define "kubently.token" -}}
{{- if not .Values.executor.existingSecret }}
{{- if and (not .Values.executor.token) (not (include "kubently.api.enabled" .)) }}
{{- fail "executor.token is empty, and the API is not in this release; expected the token that the API knows for this clusterId (openssl rand -hex 32), or executor.existingSecret" }}
{{- end }}
{{- if not (hasKey .Values "drawnToken") }}
{{- $token := include "kubently.kept" (dict "root" . "given" .Values.executor.token "secret" "kubently-executor" "key" "token" "new" (randAlphaNum 64 | sha256sum)) }}
{{- $_ := set .Values "drawnToken" $token }}
{{- end }}
{{- .Values.drawnToken }}
{{- end }}
{{- end }}
