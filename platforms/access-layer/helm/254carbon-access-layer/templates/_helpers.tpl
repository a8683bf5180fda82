{{/*
What names, labels, images and pods have in common.

Most helpers take a context: (dict "root" $ "name" "redis" "component" "cache"), where name is both
the name of a workload and its key in the values.
*/}}

{{/* The five services, in the order in which the documentation lists them. */}}
{{- define "access.services" -}}
gateway streaming auth entitlements metrics
{{- end }}

{{/*
Labels that find a pod. They hold no release name: the objects are the same whichever release
installs them, and a selector cannot be changed later.
*/}}
{{- define "access.selectorLabels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
{{- end }}

{{/* Labels of a pod: nothing in them changes with a release, which would roll the pod. */}}
{{- define "access.podLabels" -}}
{{ include "access.selectorLabels" . }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/*
Labels of an object. The instance is the platform, not the release: its objects' names are fixed,
so that a namespace holds one.
*/}}
{{- define "access.labels" -}}
{{ include "access.podLabels" . }}
app.kubernetes.io/instance: {{ .root.Chart.Name }}
app.kubernetes.io/version: {{ include "access.tag" . | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Tag of a workload's image: its own, else that of all services, else the chart's. */}}
{{- define "access.tag" -}}
{{- $own := index .root.Values .name | default dict }}
{{- $image := $own.image | default dict }}
{{- $image.tag | default .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{/* Image of a workload; a digest goes before a tag. */}}
{{- define "access.image" -}}
{{- $image := (index .root.Values .name).image }}
{{- $repository := $image.repository | default (printf "%s/%s" .root.Values.image.registry .name) }}
{{- if $image.digest }}
{{- printf "%s@%s" $repository $image.digest }}
{{- else }}
{{- printf "%s:%s" $repository (include "access.tag" .) }}
{{- end }}
{{- end }}

{{/* Port on which a workload listens, and its Service too. */}}
{{- define "access.port" -}}
{{- $fixed := dict "redis" 6379 "postgres" 5432 "kafka" 9092 "zookeeper" 2181 "prometheus" 9090 "grafana" 3000 }}
{{- if hasKey $fixed .name }}
{{- get $fixed .name }}
{{- else }}
{{- (index .root.Values .name).port }}
{{- end }}
{{- end }}

{{/* The part of a pod's spec that does not depend on what runs in it. */}}
{{- define "access.pod" -}}
{{- $values := .root.Values }}
{{- $own := index $values .name -}}
serviceAccountName: {{ .name }}-serviceaccount
automountServiceAccountToken: false
{{/* The variables of service links (REDIS_PORT=tcp://...) collide with settings of some images. */ -}}
enableServiceLinks: false
securityContext:
  {{- toYaml $values.podSecurityContext | nindent 2 }}
{{- with $values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.priorityClassName | default $values.scheduling.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $own.nodeSelector | default $values.scheduling.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.tolerations | default $values.scheduling.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* What every container has: image, pull policy, security context, resources. */}}
{{- define "access.container" -}}
image: {{ include "access.image" . }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  {{- toYaml .root.Values.securityContext | nindent 2 }}
resources:
  {{- toYaml (index .root.Values .name).resources | nindent 2 }}
{{- end }}

{{/* A workload's service account. */}}
{{- define "access.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .name }}-serviceaccount
  labels:
    {{- include "access.labels" . | nindent 4 }}
  {{- with .root.Values.serviceAccount.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}

{{/* A workload's Service; "portName" is the name of its port and of the container's. */}}
{{- define "access.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ .name }}-service
  labels:
    {{- include "access.labels" . | nindent 4 }}
spec:
  type: ClusterIP
  selector:
    {{- include "access.selectorLabels" . | nindent 4 }}
  ports:
    - name: {{ .portName }}
      port: {{ include "access.port" . }}
      targetPort: {{ .portName }}
{{- end }}

{{/* The volume claim of a workload. Data outlives the release. */}}
{{- define "access.volumeClaim" -}}
{{- $persistence := (index .root.Values .name).persistence }}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ .name }}-pvc
  labels:
    {{- include "access.labels" . | nindent 4 }}
  annotations:
    helm.sh/resource-policy: keep
spec:
  accessModes: [ReadWriteOnce]
  {{- with $persistence.storageClass }}
  storageClassName: {{ ternary "" . (eq "-" .) | quote }}
  {{- end }}
  resources:
    requests:
      storage: {{ $persistence.size }}
{{- end }}

{{/* The volume named data: the claim, or a folder that lives as long as the pod. */}}
{{- define "access.dataVolume" -}}
{{- $persistence := (index .root.Values .name).persistence -}}
- name: data
  {{- if $persistence.enabled }}
  persistentVolumeClaim:
    claimName: {{ .name }}-pvc
  {{- else }}
  emptyDir:
    sizeLimit: {{ $persistence.size }}
  {{- end }}
{{- end }}

{{/*
A password that stays: the one given, else the one of the live Secret, else a new one. Takes root,
given, secret and key. Without a cluster (helm template) there is no live Secret to look at.
*/}}
{{- define "access.password" -}}
{{- $live := (lookup "v1" "Secret" .root.Release.Namespace .secret).data | default dict }}
{{- if .given }}
{{- .given }}
{{- else if hasKey $live .key }}
{{- get $live .key | b64dec }}
{{- else }}
{{- randAlphaNum 32 }}
{{- end }}
{{- end }}

{{/*
API versions by capability. A cluster tells what it serves; offline that list is Helm's own, and
only the version (--kube-version) can tell.
*/}}
{{- define "access.autoscalingVersion" -}}
{{- if and (.Capabilities.APIVersions.Has "autoscaling/v2") (semverCompare ">=1.23.0-0" .Capabilities.KubeVersion.Version) -}}
autoscaling/v2
{{- else -}}
autoscaling/v2beta2
{{- end }}
{{- end }}

{{- define "access.policyVersion" -}}
{{- if and (.Capabilities.APIVersions.Has "policy/v1") (semverCompare ">=1.21.0-0" .Capabilities.KubeVersion.Version) -}}
policy/v1
{{- else -}}
policy/v1beta1
{{- end }}
{{- end }}
