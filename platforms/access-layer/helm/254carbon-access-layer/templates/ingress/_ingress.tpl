{{/*
An external host. Takes root, name (of the Ingress), service, settings (host, tlsSecret,
annotations), paths and more annotations of its own as text.
networking.k8s.io/v1 is there from Kubernetes 1.19, the oldest that this chart takes.
*/}}
{{- define "access.ingress" -}}
{{- $root := .root }}
{{- $service := .service }}
{{- $ingress := .root.Values.ingress }}
{{- $host := required (printf "ingress.%s.host is needed" .name) .settings.host }}
{{- $annotations := merge (dict) .settings.annotations $ingress.annotations .annotations }}
{{- if and $ingress.tls.enabled $ingress.tls.clusterIssuer }}
{{- $_ := set $annotations "cert-manager.io/cluster-issuer" $ingress.tls.clusterIssuer }}
{{- end -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .name }}-ingress
  labels:
    {{- include "access.labels" (dict "root" $root "name" $service "component" "ingress") | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  ingressClassName: {{ $ingress.className }}
  {{- if $ingress.tls.enabled }}
  tls:
    - hosts: [{{ $host }}]
      secretName: {{ required (printf "ingress.%s.tlsSecret is needed with ingress.tls" .name) .settings.tlsSecret }}
  {{- end }}
  rules:
    - host: {{ $host }}
      http:
        paths:
          {{- range .paths }}
          - path: {{ . }}
            pathType: Prefix
            backend:
              service:
                name: {{ $service }}-service
                port:
                  name: http
          {{- end }}
{{- end }}
