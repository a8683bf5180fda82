{{/* Where secrets come from. */}}

{{/* The Secret that pods read. Each way has a name of its own, so that going over from one to another never has two owners. */}}
{{- define "nest.secretName" -}}
{{- $ways := list }}
{{- if .Values.secrets.existingSecret }}{{ $ways = append $ways "secrets.existingSecret" }}{{ end }}
{{- if .Values.externalSecrets.enabled }}{{ $ways = append $ways "externalSecrets.enabled" }}{{ end }}
{{- if .Values.sealedSecrets.enabled }}{{ $ways = append $ways "sealedSecrets.enabled" }}{{ end }}
{{- if gt (len $ways) 1 }}
{{- fail (printf "%s are set; expected one of them, as pods read one Secret" (join " and " $ways)) }}
{{- end }}
{{- if .Values.secrets.existingSecret }}
{{- .Values.secrets.existingSecret }}
{{- else if .Values.externalSecrets.enabled }}
{{- include "nest.component.name" (dict "root" . "component" "external-secrets") }}
{{- else if .Values.sealedSecrets.enabled }}
{{- include "nest.component.name" (dict "root" . "component" "sealed-secrets") }}
{{- else }}
{{- include "nest.component.name" (dict "root" . "component" "secrets") }}
{{- end }}
{{- end }}

{{/* Whether the chart makes the Secret itself; empty if not. */}}
{{- define "nest.ownSecret" -}}
{{- if not (or .Values.secrets.existingSecret .Values.externalSecrets.enabled .Values.sealedSecrets.enabled) }}true{{ end }}
{{- end }}

{{/*
The Secret's values as JSON: what is given, else what the live Secret has, else something new. Drawn once for
all templates, so that the Secret and the digest of it in the pods are of the same values.
*/}}
{{- define "nest.secrets" -}}
{{- if not (hasKey .Values "drawn") }}
{{- $live := (lookup "v1" "Secret" .Release.Namespace (include "nest.secretName" .)).data | default dict }}
{{- $given := dict
  "DATABASE_USERNAME" .Values.database.externalConnection.username
  "DATABASE_PASSWORD" .Values.database.externalConnection.password
  "CACHE_PASSWORD" .Values.cache.externalConnection.password
  "LICENSE_API_KEY" .Values.config.license.apiKey
  "SECRET_KEY" .Values.secrets.secretKey
  "JWT_SECRET_KEY" .Values.secrets.jwtSecretKey }}
{{- $lengths := dict "DATABASE_PASSWORD" 32 "CACHE_PASSWORD" 32 "SECRET_KEY" 64 "JWT_SECRET_KEY" 64 }}
{{- if and .Values.cache.useExternal (not .Values.cache.externalConnection.auth) }}
{{- $lengths = omit $lengths "CACHE_PASSWORD" }}
{{- end }}
{{- $values := dict }}
{{- range $key, $value := $given }}
{{- $value = ternary "" (toString $value) (kindIs "invalid" $value) }}
{{- if and (not $value) (hasKey $live $key) }}
{{- $value = get $live $key | b64dec }}
{{- end }}
{{- if and (not $value) (hasKey $lengths $key) }}
{{- $value = randAlphaNum (get $lengths $key) }}
{{- end }}
{{- $_ := set $values $key $value }}
{{- end }}
{{- $_ := set .Values "drawn" $values }}
{{- end }}
{{- .Values.drawn | toJson }}
{{- end }}
