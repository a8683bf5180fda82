{{/*
Network policies. Nobody is let in or out but those named here: a pod says by its labels
`b2connect.com/uses-NAME` whom it calls, and the policy of NAME lets it in; the policy of the pod
lets it out to NAME. Both come from one list (`uses`), so that they cannot disagree.
*/}}

{{/* Ports on which the platform's own servers are called. */}}
{{- define "platform.ports" -}}
{{- $servers := dict "postgres" (list 5432) "redis" (list 6379) "rabbitmq" (list 5672) "elasticsearch" (list 9200) "kibana" (list 5601) -}}
{{- get $servers .name | default (list (.port | default 8080)) | toJson }}
{{- end }}

{{/*
A policy: takes root, name, component, port, uses; and, where there are such, metricsPort, peers
(ports that its pods open to one another), external (whether ingress controllers come in), uncalled
(whether no pod here calls it), reaches (whom it calls, with their ports), from
(more ingress rules), apiServer (whether it talks to the API server), to (more egress rules).
*/}}
{{- define "platform.networkPolicy" -}}
{{- $settings := .root.Values.global.networkPolicy -}}
{{- $mesh := .root.Values.global.mesh | default dict -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .name }}-policy
  labels:
    {{- include "platform.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "platform.selectorLabels" . | nindent 6 }}
  policyTypes:
    - Ingress
    - Egress
  {{- if and .uncalled (not .external) (not .metricsPort) (not .peers) (not .from) }}
  ingress: []
  {{- else }}
  ingress:
    {{- if or (not .uncalled) .external }}
    - from:
        {{- if not .uncalled }}
        - podSelector:
            matchLabels:
              b2connect.com/uses-{{ .name }}: "true"
        {{- end }}
        {{- if .external }}
        {{- toYaml $settings.ingressControllers | nindent 8 }}
        {{- end }}
      ports:
        {{- range include "platform.ports" . | fromJsonArray }}
        - port: {{ . }}
        {{- end }}
    {{- end }}
    {{- with .metricsPort }}
    - from:
        {{- toYaml $settings.scrapers | nindent 8 }}
      ports:
        - port: {{ . }}
    {{- end }}
    {{- with .peers }}
    - from:
        - podSelector:
            matchLabels:
              {{- include "platform.selectorLabels" $ | nindent 14 }}
      ports:
        {{- range . }}
        - port: {{ . }}
        {{- end }}
    {{- end }}
    {{- with .from }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- if and .meshed (eq ($mesh.provider | default "none") "linkerd") }}
    # Linkerd's proxies talk to one another on their own port, and its dashboard taps them.
    - from:
        - podSelector: {}
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: linkerd-viz
      ports:
        - port: 4143
        - port: 4190
        - port: 4191
    {{- end }}
  {{- end }}
  egress:
    - to:
        {{- toYaml $settings.dns.to | nindent 8 }}
      ports:
        {{- range $settings.dns.ports }}
        - port: {{ . }}
          protocol: UDP
        - port: {{ . }}
          protocol: TCP
        {{- end }}
    {{- range $name, $ports := .reaches }}
    - to:
        - podSelector:
            matchLabels:
              app: {{ $name }}
      ports:
        {{- range $ports }}
        - port: {{ . }}
        {{- end }}
    {{- end }}
    {{- with .peers }}
    - to:
        - podSelector:
            matchLabels:
              {{- include "platform.selectorLabels" $ | nindent 14 }}
      ports:
        {{- range . }}
        - port: {{ . }}
        {{- end }}
    {{- end }}
    {{- if .apiServer }}
    - ports:
        {{- range $settings.apiServer.ports }}
        - port: {{ . }}
        {{- end }}
      {{- with $settings.apiServer.to }}
      to:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- end }}
    {{- if .meshed }}
    {{- if eq ($mesh.provider | default "none") "istio" }}
    - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: istio-system
      ports:
        - port: 15012
    {{- else if eq ($mesh.provider | default "none") "linkerd" }}
    - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: linkerd
      ports:
        - port: 8080
        - port: 8086
        - port: 8090
    - to:
        - podSelector: {}
      ports:
        - port: 4143
    {{- end }}
    {{- end }}
    {{- with .to }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
