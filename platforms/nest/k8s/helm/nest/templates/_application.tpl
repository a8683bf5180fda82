{{/* What the application's container and the one that prepares its database have in common. */}}
{{- define "nest.application" -}}
image: {{ include "nest.image" .Values.app.image }}
imagePullPolicy: {{ .Values.app.image.pullPolicy }}
securityContext:
  {{- toYaml .Values.app.securityContext | nindent 2 }}
resources:
  {{- toYaml .Values.app.resources | nindent 2 }}
envFrom:
  - configMapRef:
      name: {{ include "nest.component.name" (dict "root" . "component" "config") }}
  - secretRef:
      name: {{ include "nest.secretName" . }}
{{- with .Values.app.env }}
env:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  - name: cache
    mountPath: /app/cache
  {{- if .Values.app.persistence.enabled }}
  - name: data
    mountPath: {{ .Values.app.persistence.mountPath }}
  {{- end }}
  {{- if and (include "nest.cache.inCluster" .) .Values.cache.externalConnection.tls }}
  - name: cache-ca
    mountPath: /etc/nest/cache-ca
    readOnly: true
  {{- end }}
{{- end }}
