{{/*
Network policies, all from one table: who depends on whom. What a workload depends on becomes its
egress and the other's ingress, so that the two cannot disagree.
*/}}

{{/* Everything that has a policy, as a JSON list. */}}
{{- define "access.workloads" -}}
{{- concat (include "access.services" . | splitList " ") (list "redis" "postgres" "zookeeper" "kafka" "prometheus" "grafana") | toJson }}
{{- end }}

{{/*
What a workload calls, as a JSON list. Kafka calls itself: its controller reaches the broker by the
advertised name.
*/}}
{{- define "access.dependsOn" -}}
{{- $services := include "access.services" .root | splitList " " }}
{{- $fixed := dict "kafka" (list "kafka" "zookeeper") "prometheus" (append $services "grafana") "grafana" (list "prometheus") }}
{{- $own := index .root.Values .name }}
{{- get $fixed .name | default $own.dependsOn | default list | toJson }}
{{- end }}

{{/* Port of a URL, also when the URL leaves it out. */}}
{{- define "access.urlPort" -}}
{{- $url := urlParse . }}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https")) }}
{{- end }}

{{/* Egress to something outside the chart: takes url and policy (to, port). */}}
{{- define "access.externalEgress" -}}
- ports:
    - protocol: TCP
      port: {{ .policy.port | default (include "access.urlPort" .url) }}
  {{- with .policy.to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* Who may call a workload; nothing at all if nobody, as an empty list of peers would mean anybody. */}}
{{- define "access.peers" -}}
{{- $root := .root }}
{{- $name := .name }}
{{- $settings := $root.Values.networkPolicy }}
{{- range $other := include "access.workloads" $root | fromJsonArray }}
{{- if has $name (include "access.dependsOn" (dict "root" $root "name" $other) | fromJsonArray) }}
- podSelector:
    matchLabels:
      {{- include "access.selectorLabels" (dict "root" $root "name" $other) | nindent 6 }}
{{- end }}
{{- end }}
{{- if has $name (list "gateway" "streaming") }}
{{- with $settings.ingressControllers }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- if has $name (include "access.services" $root | splitList " ") }}
{{- with $settings.scrapers }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- end }}

{{- define "access.networkPolicy" -}}
{{- $root := .root }}
{{- $settings := $root.Values.networkPolicy -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .name }}-networkpolicy
  labels:
    {{- include "access.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "access.selectorLabels" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  {{- with include "access.peers" . | trim }}
  ingress:
    - ports:
        - protocol: TCP
          port: {{ include "access.port" $ }}
      from:
        {{- . | nindent 8 }}
  {{- else }}
  ingress: []
  {{- end }}
  egress:
    - ports:
        {{- range $settings.dns.ports }}
        - protocol: UDP
          port: {{ . }}
        - protocol: TCP
          port: {{ . }}
        {{- end }}
      to:
        {{- toYaml $settings.dns.to | nindent 8 }}
    {{- range include "access.dependsOn" . | fromJsonArray }}
    {{- if eq . "keycloak" }}
    {{- include "access.externalEgress" (dict "url" $root.Values.config.keycloak.url "policy" $settings.keycloak) | nindent 4 }}
    {{- else if eq . "otel-collector" }}
    {{- if $root.Values.config.tracing.enabled }}
    {{- include "access.externalEgress" (dict "url" $root.Values.config.tracing.otelExporter "policy" $settings.otelCollector) | nindent 4 }}
    {{- end }}
    {{- else }}
    - ports:
        - protocol: TCP
          port: {{ include "access.port" (dict "root" $root "name" .) }}
      to:
        - podSelector:
            matchLabels:
              {{- include "access.selectorLabels" (dict "root" $root "name" .) | nindent 14 }}
    {{- end }}
    {{- end }}
    {{- if has .name (include "access.services" $root | splitList " ") }}
    {{- with $settings.extraEgress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- end }}
{{- end }}
