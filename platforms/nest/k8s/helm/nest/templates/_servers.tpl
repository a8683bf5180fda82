{{/* Where database, cache and license server are. */}}

{{/* Whether they run in this release; empty if not. */}}
{{- define "nest.database.inCluster" -}}
{{- if and .Values.database.enabled (not .Values.database.useExternal) }}
{{- if ne .Values.database.type "postgresql" }}
{{- fail (printf "database.useExternal is false, and database.type is %s; in the cluster there is PostgreSQL only: set database.type=postgresql, or name a server of yours in database.externalConnection" .Values.database.type) }}
{{- end }}true
{{- end }}
{{- end }}
{{- define "nest.cache.inCluster" -}}
{{- if and .Values.cache.enabled (not .Values.cache.useExternal) }}true{{ end }}
{{- end }}

{{- define "nest.database.host" -}}
{{- if include "nest.database.inCluster" . }}
{{- include "nest.component.name" (dict "root" . "component" "postgresql") }}
{{- else }}
{{- .Values.database.externalConnection.host }}
{{- end }}
{{- end }}

{{/* MySQL and MariaDB listen on 3306; PostgreSQL's port is what the values begin with. */}}
{{- define "nest.database.port" -}}
{{- $port := .Values.database.externalConnection.port | int }}
{{- if include "nest.database.inCluster" . }}
{{- 5432 }}
{{- else if and (eq $port 5432) (ne .Values.database.type "postgresql") }}
{{- 3306 }}
{{- else }}
{{- $port }}
{{- end }}
{{- end }}

{{- define "nest.cache.host" -}}
{{- if include "nest.cache.inCluster" . }}
{{- include "nest.component.name" (dict "root" . "component" "redis") }}
{{- else }}
{{- .Values.cache.externalConnection.host }}
{{- end }}
{{- end }}

{{- define "nest.cache.port" -}}
{{- ternary 6379 (.Values.cache.externalConnection.port | int) (eq "true" (include "nest.cache.inCluster" .)) }}
{{- end }}

{{/* Port of a URL, also when the URL leaves it out. */}}
{{- define "nest.urlPort" -}}
{{- $url := urlParse . }}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https")) }}
{{- end }}

{{/* What the application's ConfigMap says. A change here rolls the pods. */}}
{{- define "nest.settings" -}}
{{- $config := .Values.config -}}
FLASK_ENV: {{ $config.flask.env | quote }}
FLASK_DEBUG: {{ ternary "1" "0" $config.flask.debug | quote }}
PORT: {{ .Values.app.service.targetPort | quote }}
LOG_LEVEL: {{ $config.logLevel | quote }}
LOG_FORMAT: {{ $config.logFormat | quote }}
DATABASE_ENABLED: {{ .Values.database.enabled | quote }}
{{- if .Values.database.enabled }}
DATABASE_TYPE: {{ .Values.database.type | quote }}
DATABASE_HOST: {{ include "nest.database.host" . | quote }}
DATABASE_PORT: {{ include "nest.database.port" . | quote }}
DATABASE_NAME: {{ .Values.database.externalConnection.database | quote }}
DATABASE_INITIALIZE: {{ .Values.database.initialization.enabled | quote }}
{{- end }}
CACHE_ENABLED: {{ .Values.cache.enabled | quote }}
{{- if .Values.cache.enabled }}
{{- $tls := .Values.cache.externalConnection.tls }}
CACHE_TYPE: {{ .Values.cache.type | quote }}
CACHE_HOST: {{ include "nest.cache.host" . | quote }}
CACHE_PORT: {{ include "nest.cache.port" . | quote }}
CACHE_TLS: {{ $tls | quote }}
CACHE_URL: {{ printf "%s://%s:%s/0" (ternary "rediss" "redis" $tls) (include "nest.cache.host" .) (include "nest.cache.port" .) | quote }}
{{- if and $tls (include "nest.cache.inCluster" .) }}
CACHE_CA_FILE: /etc/nest/cache-ca/ca.crt
{{- end }}
{{- end }}
LICENSE_ENABLED: {{ $config.license.enabled | quote }}
LICENSE_SERVER_URL: {{ $config.license.serverUrl | quote }}
LICENSE_CACHE_EXPIRY: {{ $config.license.cacheExpiry | int64 | quote }}
METRICS_ENABLED: {{ $config.monitoring.enabled | quote }}
METRICS_PATH: {{ $config.monitoring.path | quote }}
CORS_ORIGINS: {{ join "," $config.security.corsOrigins | quote }}
TLS_ENABLED: {{ $config.security.tlsEnabled | quote }}
{{- range $name, $value := $config.custom }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}
