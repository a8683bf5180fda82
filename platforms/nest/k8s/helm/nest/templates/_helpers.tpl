{{/* Names and labels. The six that the platform's documentation names come first. */}}

{{/* The chart's name, or what app.name says. */}}
{{- define "nest.name" -}}
{{- .Values.app.name | default .Chart.Name | trunc 53 | trimSuffix "-" }}
{{- end }}

{{/* The application's full name: <release>-<name>, or the name alone for a release of that name. */}}
{{- define "nest.fullname" -}}
{{- $name := include "nest.name" . }}
{{- if eq .Release.Name $name }}
{{- $name }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* Chart name and version, as a label may hold it. */}}
{{- define "nest.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Labels of the application's objects. */}}
{{- define "nest.labels" -}}
{{ include "nest.selectorLabels" . }}
{{ include "nest.objectLabels" . }}
{{- end }}

{{/* Labels that find the application's pods. */}}
{{- define "nest.selectorLabels" -}}
app.kubernetes.io/name: {{ include "nest.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The application's service account. */}}
{{- define "nest.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "nest.fullname" .) }}
{{- else }}
{{- .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{/* What every object has beside the labels that find pods. */}}
{{- define "nest.objectLabels" -}}
app.kubernetes.io/part-of: {{ .Chart.Name }}
app.kubernetes.io/version: {{ .Values.app.image.tag | default .Chart.AppVersion | trunc 63 | trimSuffix "-" | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ include "nest.chart" . }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/*
What belongs to the application and is not it: its database, cache and test. They take a context
(dict "root" $ "component" "postgresql").
*/}}

{{/*
Name of a component, short enough for the pods of a StatefulSet. A name that has to be cut ends in a digest,
so that two releases do not get the same.
*/}}
{{- define "nest.component.name" -}}
{{- $name := printf "%s-%s" (include "nest.fullname" .root) .component }}
{{- if gt (len $name) 52 }}
{{- printf "%s-%s-%s" (include "nest.fullname" .root | trunc (sub 44 (len .component) | int) | trimSuffix "-") (sha256sum $name | trunc 6) .component }}
{{- else }}
{{- $name }}
{{- end }}
{{- end }}

{{/* Not the application's own name: its Service must not find these pods. */}}
{{- define "nest.component.selectorLabels" -}}
app.kubernetes.io/name: {{ include "nest.name" .root }}-{{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "nest.component.labels" -}}
{{ include "nest.component.selectorLabels" . }}
app.kubernetes.io/component: {{ .component }}
{{ include "nest.objectLabels" .root }}
{{- end }}

{{/* An image; a digest goes before a tag. Takes repository, tag and digest. */}}
{{- define "nest.image" -}}
{{- if .digest }}
{{- printf "%s@%s" .repository .digest }}
{{- else }}
{{- printf "%s:%s" .repository .tag }}
{{- end }}
{{- end }}

{{/* How many pods of the application there are at most. */}}
{{- define "nest.mostReplicas" -}}
{{- ternary .Values.autoscaling.maxReplicas .Values.app.replicaCount .Values.autoscaling.enabled | int }}
{{- end }}

{{/* And how many at least. */}}
{{- define "nest.leastReplicas" -}}
{{- ternary .Values.autoscaling.minReplicas .Values.app.replicaCount .Values.autoscaling.enabled | int }}
{{- end }}

{{/* Access modes of the application's volume, as JSON. */}}
{{- define "nest.accessModes" -}}
{{- $usual := list (ternary "ReadWriteMany" "ReadWriteOnce" (gt (include "nest.mostReplicas" . | int) 1)) }}
{{- .Values.app.persistence.accessModes | default $usual | toJson }}
{{- end }}

{{/* Storage class of a claim. Takes persistence values. */}}
{{- define "nest.storageClass" -}}
{{- with .storageClass }}
storageClassName: {{ ternary "" . (eq "-" .) | quote }}
{{- end }}
{{- end }}
