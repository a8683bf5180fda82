{{/* What is particular to the five services. Contexts as in _helpers.tpl. */}}

{{/*
The settings of access-config. Pods carry this text's digest: a change here rolls them, and a new
chart version or release name does not.
*/}}
{{- define "access.settings" -}}
{{- $config := .Values.config }}
{{- $user := .Values.postgres.auth.username }}
{{- $database := .Values.postgres.auth.database -}}
ACCESS_ENV: {{ $config.environment | quote }}
ACCESS_LOG_LEVEL: {{ $config.logLevel | quote }}
ACCESS_REDIS_URL: {{ $config.redisUrl | quote }}
ACCESS_POSTGRES_DSN: {{ printf "postgresql://%s@%s/%s" $user $config.postgresAddress $database | quote }}
ACCESS_KAFKA_BOOTSTRAP: {{ $config.kafkaBootstrap | quote }}
ACCESS_JWKS_URL: {{ printf "%s/realms/%s/protocol/openid-connect/certs" (trimSuffix "/" $config.keycloak.url) $config.keycloak.realm | quote }}
ACCESS_AUTH_SERVICE_URL: {{ printf "http://auth-service:%v" .Values.auth.port | quote }}
ACCESS_ENTITLEMENTS_SERVICE_URL: {{ printf "http://entitlements-service:%v" .Values.entitlements.port | quote }}
ACCESS_METRICS_SERVICE_URL: {{ printf "http://metrics-service:%v" .Values.metrics.port | quote }}
ACCESS_ENABLE_TRACING: {{ $config.tracing.enabled | quote }}
ACCESS_OTEL_EXPORTER: {{ $config.tracing.otelExporter | quote }}
{{- range $name, $value := $config.extra }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{/*
The service's own environment: the database's address with the password in it, put together by the
kubelet from the Secret.
*/}}
{{- define "access.environment" -}}
{{- $own := index .root.Values .name }}
{{- $postgres := .root.Values.postgres.auth }}
{{- if has "postgres" $own.dependsOn }}
- name: POSTGRES_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $postgres.existingSecret | default "postgres-secret" }}
      key: POSTGRES_PASSWORD
- name: ACCESS_POSTGRES_DSN
  value: {{ printf "postgresql://%s:$(POSTGRES_PASSWORD)@%s/%s" $postgres.username .root.Values.config.postgresAddress $postgres.database | quote }}
{{- end }}
{{- with $own.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* A service's autoscaling: its own settings over the global ones, as YAML. */}}
{{- define "access.autoscaling" -}}
{{- $own := (index .root.Values .name).autoscaling | default dict }}
{{- $merged := mergeOverwrite (deepCopy .root.Values.autoscaling) $own }}
{{- if and $merged.enabled (gt (int $merged.minReplicas) (int $merged.maxReplicas)) }}
{{- fail (printf "%s.autoscaling: minReplicas %v is more than maxReplicas %v" .name $merged.minReplicas $merged.maxReplicas) }}
{{- end }}
{{- toYaml $merged }}
{{- end }}

{{/* How many replicas a service has at least. */}}
{{- define "access.leastReplicas" -}}
{{- $autoscaling := include "access.autoscaling" . | fromYaml }}
{{- ternary $autoscaling.minReplicas (index .root.Values .name).replicaCount $autoscaling.enabled }}
{{- end }}

{{/* Keeps a service's replicas on different nodes and in different zones. */}}
{{- define "access.spread" -}}
{{- $scheduling := .root.Values.scheduling }}
{{- $selector := include "access.selectorLabels" . }}
{{- if and (ne $scheduling.podAntiAffinity "none") (not (index .root.Values .name).affinity) }}
affinity:
  podAntiAffinity:
    {{- if eq $scheduling.podAntiAffinity "hard" }}
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- $selector | nindent 12 }}
    {{- else }}
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- $selector | nindent 14 }}
    {{- end }}
{{- end }}
{{- if ne $scheduling.zoneSpread "none" }}
topologySpreadConstraints:
  - topologyKey: topology.kubernetes.io/zone
    maxSkew: 1
    whenUnsatisfiable: {{ ternary "DoNotSchedule" "ScheduleAnyway" (eq $scheduling.zoneSpread "hard") }}
    labelSelector:
      matchLabels:
        {{- $selector | nindent 8 }}
{{- end }}
{{- end }}

{{/*
A service's hooks. Kubernetes sleeps itself from 1.30 on; before, a program of the image has to, and where there is none the
hook fails, which is told as an event, and the pod ends as if it had none.
*/}}
{{- define "access.lifecycle" -}}
{{- $own := index .root.Values .name }}
{{- $hooks := $own.lifecycle | default dict }}
{{- if and $own.preStopSeconds (not $hooks.preStop) }}
{{- if semverCompare ">=1.30.0-0" .root.Capabilities.KubeVersion.Version }}
{{- $hooks = merge (dict "preStop" (dict "sleep" (dict "seconds" (int $own.preStopSeconds)))) $hooks }}
{{- else }}
{{- $hooks = merge (dict "preStop" (dict "exec" (dict "command" (list "sleep" (toString $own.preStopSeconds))))) $hooks }}
{{- end }}
{{- end }}
{{- with $hooks }}
{{- toYaml . }}
{{- end }}
{{- end }}
