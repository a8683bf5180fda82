{{/* Network policies. */}}

{{/*
Where a host is, as a NetworkPolicy's peers; empty means anywhere. A Service's name says its namespace; that it
has no selector, or leads out of the cluster, it does not say: networkPolicy.<server>.to is for that.
Takes host and to.
*/}}
{{- define "nest.peers" -}}
{{- if .to }}
{{- toYaml .to }}
{{- else if not (contains "." .host) -}}
- podSelector: {}
{{- else if regexMatch "^[^.]+\\.[^.]+(\\.svc(\\..+)?)?$" .host -}}
{{- $parts := splitList "." .host }}
{{- if or (gt (len $parts) 2) }}
- namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ index $parts 1 }}
{{- end }}
{{- end }}
{{- end }}

{{/* A rule of egress to one server. Takes host, port, and policy with to and port. */}}
{{- define "nest.egress" -}}
- ports:
    - protocol: TCP
      port: {{ .policy.port | default .port }}
  {{- with include "nest.peers" (dict "host" .host "to" .policy.to) | trim }}
  to:
    {{- . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* A rule of egress to a server of this release. Takes root, component and port. */}}
{{- define "nest.egressTo" -}}
- ports:
    - protocol: TCP
      port: {{ .port }}
  to:
    - podSelector:
        matchLabels:
          {{- include "nest.component.selectorLabels" . | nindent 10 }}
{{- end }}

{{/* The policy of a server of this release: the application calls it, it calls nobody. Takes root, component and port. */}}
{{- define "nest.serverPolicy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "nest.component.name" . }}
  labels:
    {{- include "nest.component.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "nest.component.selectorLabels" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - ports:
        - protocol: TCP
          port: {{ .port }}
      from:
        - podSelector:
            matchLabels:
              {{- include "nest.selectorLabels" .root | nindent 14 }}
  egress: []
{{- end }}
