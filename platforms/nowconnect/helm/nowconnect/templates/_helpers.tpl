{{/* Labels that find the hubs. Pods carry those of the values as well, which are the environment's. */}}
{{- define "nowconnect.selectorLabels" -}}
app.kubernetes.io/name: nowconnect
{{- end }}

{{- define "nowconnect.labels" -}}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/name: {{ .name }}
{{- with .root.Values.labels }}
{{ toYaml . }}
{{- end }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "nowconnect.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{/*
The hosts of ingress.hosts, as JSON: those of everything but /mesh (tunnel), and those of /mesh by its
mode. With a host of its own each /mesh moves to it.
*/}}
{{- define "nowconnect.hosts" -}}
{{- $tunnel := list }}
{{- $mesh := list }}
{{- range .Values.ingress.hosts }}
{{- $others := list }}
{{- $meshes := list }}
{{- range .paths }}
{{- if hasPrefix "/mesh" .path }}
{{- $meshes = append $meshes . }}
{{- else }}
{{- $others = append $others . }}
{{- end }}
{{- end }}
{{- if has $.Values.mesh.mode (list "hub" "asWritten") }}
{{- $tunnel = append $tunnel . }}
{{- else }}
{{- if $others }}
{{- $tunnel = append $tunnel (dict "host" .host "paths" $others) }}
{{- end }}
{{- if and $meshes (eq $.Values.mesh.mode "ownHost") }}
{{- $own := $.Values.mesh.host | default (printf "mesh.%s" (regexReplaceAll "^[^.]*\\." .host "")) }}
{{- if and $others (eq $own .host) }}
{{- fail (printf "mesh.host: %s is the host of %s as well, whose clients have no certificate; name another, or set mesh.mode" $own (first $others).path) }}
{{- end }}
{{- $mesh = append $mesh (dict "host" $own "paths" $meshes) }}
{{- end }}
{{- end }}
{{- end }}
{{- dict "tunnel" $tunnel "mesh" $mesh | toJson }}
{{- end }}

{{/* The rules of an Ingress: takes hosts. */}}
{{- define "nowconnect.rules" -}}
{{- range .hosts }}
- host: {{ .host }}
  http:
    paths:
      {{- range .paths }}
      - path: {{ .path }}
        pathType: {{ .pathType | default "Prefix" }}
        backend:
          service:
            name: {{ .serviceName | default "nowconnect" }}
            port:
              {{- if kindIs "string" .servicePort }}
              name: {{ .servicePort }}
              {{- else }}
              number: {{ .servicePort | default 8765 }}
              {{- end }}
      {{- end }}
{{- end }}
{{- end }}

{{/* Whose certificates Traefik takes for the mesh's: an item of caFiles, which may be a file or what stands in one. */}}
{{- define "nowconnect.meshAuthority" -}}
{{- with .Values.traefikDynamic -}}
{{- if .ca -}}
- |
{{ .ca | trim | indent 2 }}
{{- else -}}
- {{ .caFile }}
{{- end }}
{{- end }}
{{- end }}
