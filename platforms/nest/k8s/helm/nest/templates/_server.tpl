{{/* What database and cache in the cluster have in common. */}}

{{- define "nest.server.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "nest.server.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* A Service of the server's name: not a headless one, whose name is unknown until a pod is ready. */}}
{{- define "nest.server.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "nest.component.name" . }}
  labels:
    {{- include "nest.component.labels" . | nindent 4 }}
spec:
  selector:
    {{- include "nest.component.selectorLabels" . | nindent 4 }}
  ports:
    - name: {{ .component }}
      port: {{ .port }}
      targetPort: {{ .component }}
{{- end }}

{{/* The template of its volume claim. Takes context and persistence. */}}
{{- define "nest.server.claim" -}}
- metadata:
    name: data
    labels:
      {{- include "nest.component.selectorLabels" .context | nindent 6 }}
  spec:
    accessModes: [ReadWriteOnce]
    {{- with include "nest.storageClass" .persistence | trim }}
    {{- . | nindent 4 }}
    {{- end }}
    resources:
      requests:
        storage: {{ .persistence.size }}
{{- end }}
