{{/*
The services, by their keys in the values. Everything about one is made by `b2connect.service`: the
defaults of all with its own settings over them. See charts/platform for what all objects share.
*/}}

{{- define "b2connect.services" -}}
apiGateway identity catalog orders
{{- end }}

{{- define "b2connect.frontends" -}}
storefront adminPortal
{{- end }}

{{/* All of them, in one list of keys. */}}
{{- define "b2connect.all" -}}
{{ include "b2connect.services" . }} {{ include "b2connect.frontends" . }}
{{- end }}

{{/* A service's settings as YAML: takes root and key. */}}
{{- define "b2connect.service" -}}
{{- mergeOverwrite (deepCopy .root.Values.defaults) (deepCopy (index .root.Values .key)) | toYaml }}
{{- end }}

{{/*
The context of a service for the helpers of charts/platform, as JSON without root: name, component,
settings, ports, whom it calls and on which ports. Takes root and key.
*/}}
{{- define "b2connect.context" -}}
{{- $root := .root }}
{{- $own := include "b2connect.service" . | fromYaml }}
{{- $front := has .key (include "b2connect.frontends" $root | splitList " ") }}
{{- $name := kebabcase .key }}
{{- $reaches := dict }}
{{- range $used := $own.uses }}
{{- $port := 0 }}
{{- range $key := include "b2connect.all" $root | splitList " " }}
{{- if eq (kebabcase $key) $used }}
{{- $port = (include "b2connect.service" (dict "root" $root "key" $key) | fromYaml).port }}
{{- end }}
{{- end }}
{{- if $port }}
{{- $_ := set $reaches $used (list $port) }}
{{- else if has $used (list "postgres" "redis" "rabbitmq" "elasticsearch") }}
{{- $external := get (dict "postgres" $root.Values.config.database "redis" $root.Values.config.cache "rabbitmq" $root.Values.config.broker "elasticsearch" $root.Values.config.search) $used }}
{{- $_ := set $reaches $used (list $external.port) }}
{{- else }}
{{- fail (printf "%s.uses: there is no service %q; known are %s, postgres, redis, rabbitmq, elasticsearch" $.key $used (include "b2connect.services" $root | splitList " " | toStrings | join "," | kebabcase | replace ",-" ", ")) }}
{{- end }}
{{- end }}
{{- $scaled := $own.autoscaling.enabled }}
{{- if and $scaled (gt (int $own.autoscaling.minReplicas) (int $own.autoscaling.maxReplicas)) }}
{{- fail (printf "%s.autoscaling: minReplicas %v is more than maxReplicas %v" .key $own.autoscaling.minReplicas $own.autoscaling.maxReplicas) }}
{{- end }}
{{- dict
  "name" $name
  "component" (ternary "frontend" (ternary "gateway" "service" (eq .key "apiGateway")) $front)
  "priority" (ternary "edge" "standard" (or $front (eq .key "apiGateway")))
  "external" (or $front (eq .key "apiGateway"))
  "frontend" $front
  "uncalled" $front
  "meshed" true
  "own" $own
  "port" $own.port
  "metricsPort" (ternary nil $own.metricsPort $front)
  "uses" $own.uses
  "reaches" $reaches
  "scaled" $scaled
  "least" (ternary $own.autoscaling.minReplicas $own.replicas $scaled)
  | toJson }}
{{- end }}

{{/* Image of a service: <registry>/<name>:<tag>, unless it names another. */}}
{{- define "b2connect.image" -}}
{{- $image := .own.image | default dict }}
{{- $repository := $image.repository | default (printf "%s/%s" .own.registry .name) }}
{{- include "platform.image" (dict "root" .root "image" (dict "repository" $repository "tag" ($image.tag | default .own.tag) "digest" $image.digest)) }}
{{- end }}

{{/* A front end's host. */}}
{{- define "b2connect.host" -}}
{{- if contains "." .host }}{{ .host }}{{ else }}{{ .host }}.{{ .root.Values.global.domain }}{{ end }}
{{- end }}

{{/* What aspire-config says. Pods carry its digest, so that a change rolls them, and nothing else does. */}}
{{- define "b2connect.settings" -}}
{{- $config := .Values.config }}
{{- $origins := $config.security.corsOrigins }}
{{- if not $origins }}
{{- $scheme := ternary "https" "http" .Values.ingress.tls.enabled }}
{{- range list .Values.ingress.frontends.storefront .Values.ingress.frontends.adminPortal }}
{{- $origins = append $origins (printf "%s://%s" $scheme (include "b2connect.host" (dict "root" $ "host" .))) }}
{{- end }}
{{- end -}}
ASPNETCORE_ENVIRONMENT: {{ title .Values.global.environment | quote }}
Services__ApiGateway: {{ printf "http://api-gateway:%v" (include "b2connect.service" (dict "root" $ "key" "apiGateway") | fromYaml).port | quote }}
HealthCheck__Enabled: {{ $config.healthChecks | quote }}
Logging__LogLevel__Default: {{ $config.logLevel | quote }}
Logging__Console__FormatterName: {{ ternary "json" "simple" $config.structuredLogs | quote }}
Security__RequireHttps: {{ $config.security.requireHttps | quote }}
Security__DetailedErrors: {{ $config.security.detailedErrors | quote }}
Security__CorsOrigins: {{ join "," $origins | quote }}
FeatureManagement__File: "/app/features/features.json"
{{- range $name, $value := $config.extra }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{/*
A service's own variables: the addresses of the services and servers that it uses and of no other;
those with a password in them are put together by the kubelet from the Secret.
*/}}
{{- define "b2connect.environment" -}}
{{- $config := .root.Values.config }}
{{- $secret := .root.Values.global.secretName -}}
- name: Jwt__Secret
  valueFrom:
    secretKeyRef: {name: {{ $secret }}, key: jwt-secret}
{{- range $key := without (include "b2connect.services" .root | splitList " ") "apiGateway" }}
{{- if has (kebabcase $key) $.uses }}
- name: Services__{{ title $key }}
  value: http://{{ kebabcase $key }}:{{ index $.reaches (kebabcase $key) | first }}
{{- end }}
{{- end }}
{{- if has "postgres" .uses }}
- name: POSTGRES_PASSWORD
  valueFrom:
    secretKeyRef: {name: {{ $secret }}, key: postgres-password}
- name: ConnectionStrings__Database
  value: {{ with $config.database }}{{ printf "Host=%s;Port=%v;Database=%s;Username=%s;Password=$(POSTGRES_PASSWORD)" .host .port .name .username | quote }}{{ end }}
{{- end }}
{{- if has "redis" .uses }}
- name: REDIS_PASSWORD
  valueFrom:
    secretKeyRef: {name: {{ $secret }}, key: redis-password}
- name: ConnectionStrings__Cache
  value: {{ printf "%s:%v,password=$(REDIS_PASSWORD)" $config.cache.host $config.cache.port | quote }}
{{- end }}
{{- if has "rabbitmq" .uses }}
- name: RABBITMQ_PASSWORD
  valueFrom:
    secretKeyRef: {name: {{ $secret }}, key: rabbitmq-password}
- name: ConnectionStrings__Broker
  value: {{ with $config.broker }}{{ printf "amqp://%s:$(RABBITMQ_PASSWORD)@%s:%v/" .username .host .port | quote }}{{ end }}
{{- end }}
{{- if has "elasticsearch" .uses }}
- name: ELASTICSEARCH_PASSWORD
  valueFrom:
    secretKeyRef: {name: {{ $secret }}, key: elasticsearch-password}
- name: ConnectionStrings__Search
  value: {{ with $config.search }}{{ printf "http://%s:$(ELASTICSEARCH_PASSWORD)@%s:%v" .username .host .port | quote }}{{ end }}
{{- end }}
{{- with .own.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The namespace that Fluent Bit runs in. */}}
{{- define "b2connect.loggingNamespace" -}}
{{ .Values.global.logging.namespace | default (printf "%s-logging" .Release.Namespace) }}
{{- end }}
