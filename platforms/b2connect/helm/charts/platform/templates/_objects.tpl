{{/*
What objects and pods of all charts of B2Connect have in common. Helpers take a context:
(dict "root" $ "name" "redis" "component" "cache"), where root is the chart's own scope and name that of the workload.
What is for all charts stands in the values below `global`.
*/}}

{{/* Labels that find a pod, as the platform's document has them. A selector cannot be changed later. */}}
{{- define "platform.selectorLabels" -}}
app: {{ .name }}
{{- end }}

{{/*
Labels of a pod: none of them changes with a release, which would roll the pod. Those of `uses` say
whom the pod calls; the network policies of whoever is called look for them.
*/}}
{{- define "platform.podLabels" -}}
{{ include "platform.selectorLabels" . }}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/part-of: b2connect
app.kubernetes.io/component: {{ .component }}
{{- range .uses }}
b2connect.com/uses-{{ . }}: "true"
{{- end }}
{{- with (.root.Values.global.mesh | default dict).provider }}
{{- if and (eq . "istio") $.meshed }}
sidecar.istio.io/inject: "true"
{{- end }}
{{- end }}
{{- end }}

{{/*
Labels of an object. The instance is the platform, not the release: names of objects are fixed, so
that a namespace holds one B2Connect, by whichever releases it was installed.
*/}}
{{- define "platform.labels" -}}
{{ include "platform.selectorLabels" . }}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/part-of: b2connect
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/instance: b2connect
{{- with .root.Chart.AppVersion }}
app.kubernetes.io/version: {{ . | trunc 63 | quote }}
{{- end }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .root.Values.global.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* An image: takes root and image (repository, tag, digest). A digest goes before a tag. */}}
{{- define "platform.image" -}}
{{- if .image.digest }}
{{- printf "%s@%s" .image.repository .image.digest }}
{{- else }}
{{- printf "%s:%s" .image.repository (.image.tag | default .root.Chart.AppVersion) }}
{{- end }}
{{- end }}

{{/*
The part of a pod's spec that does not depend on what runs in it. Takes, besides, own (the
workload's values), priority (data, edge or standard) and token (whether it talks to the API server).
*/}}
{{- define "platform.pod" -}}
{{- $global := .root.Values.global }}
{{- $own := .own -}}
serviceAccountName: {{ .account | default .name }}
automountServiceAccountToken: {{ .token | default false }}
{{/* The variables of service links (REDIS_PORT=tcp://...) collide with settings of some images. */ -}}
enableServiceLinks: false
securityContext:
  {{- toYaml $global.podSecurityContext | nindent 2 }}
{{- with $global.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if $own.priorityClassName }}
priorityClassName: {{ $own.priorityClassName }}
{{- else if $global.priorityClasses.enabled }}
priorityClassName: {{ include "platform.priorityClass" . }}
{{- end }}
{{- with $own.nodeSelector | default $global.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.tolerations | default $global.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "platform.selectorLabels" $ | nindent 8 }}
  {{- end }}
{{- end }}

{{/* PriorityClasses belong to no namespace: each environment has its own. */}}
{{- define "platform.priorityClass" -}}
{{ .root.Release.Namespace }}-{{ .priority | default "standard" }}
{{- end }}

{{/*
Time for ingress controllers and Services to learn that a pod goes, before it goes. Pods can sleep
by themselves from Kubernetes 1.30; before that the image needs `sleep`.
*/}}
{{- define "platform.preStop" -}}
{{- if semverCompare ">=1.30.0-0" .root.Capabilities.KubeVersion.Version -}}
sleep:
  seconds: {{ .seconds }}
{{- else -}}
exec:
  command: [sleep, {{ .seconds | quote }}]
{{- end }}
{{- end }}

{{/* A workload's service account; takes own for annotations (cloud identities). */}}
{{- define "platform.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .name }}
  labels:
    {{- include "platform.labels" . | nindent 4 }}
  {{- with .root.Values.global.serviceAccountAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: {{ .token | default false }}
{{- end }}

{{/* At most one pod of a workload is taken away at a time. */}}
{{- define "platform.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .name }}
  labels:
    {{- include "platform.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "platform.selectorLabels" . | nindent 6 }}
{{- end }}

{{/* An entry of a StatefulSet's volumeClaimTemplates; takes persistence (size, storageClass). */}}
{{- define "platform.claimTemplate" -}}
- metadata:
    name: data
    labels:
      {{- include "platform.selectorLabels" . | nindent 6 }}
      app.kubernetes.io/part-of: b2connect
  spec:
    accessModes: [ReadWriteOnce]
    {{- with .persistence.storageClass }}
    storageClassName: {{ . }}
    {{- end }}
    resources:
      requests:
        storage: {{ .persistence.size }}
{{- end }}

{{/* Prometheus Operator's: takes port and path. */}}
{{- define "platform.serviceMonitor" -}}
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: {{ .name }}-monitor
  labels:
    {{- include "platform.labels" . | nindent 4 }}
    {{- with .root.Values.global.serviceMonitors.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  selector:
    matchLabels:
      {{- include "platform.selectorLabels" . | nindent 6 }}
      {{- with .also }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
  endpoints:
    - port: {{ .port }}
      path: {{ .path | default "/metrics" }}
      {{- with .root.Values.global.serviceMonitors.interval }}
      interval: {{ . }}
      {{- end }}
      {{- with .credentials }}
      basicAuth:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}
