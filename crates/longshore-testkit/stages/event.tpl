{{- /*
What a kubelet reports of a pod at one moment, in its words. One event per moment and container; when it comes again, its
count and time change.
*/ -}}
{{- $image := "" -}}
{{- $count := 1 -}}
{{- range concat $inits $mains -}}{{- if eq .name $bad -}}{{- $image = .image -}}{{- end -}}{{- end -}}
{{- range concat (.status.initContainerStatuses | default list) (.status.containerStatuses | default list) -}}
  {{- if eq .name $bad -}}{{- $count = add1 (.restartCount | default 0 | toString | int) -}}{{- end -}}
{{- end -}}
{{- $path := printf "spec.containers{%s}" $bad -}}
{{- range $inits -}}{{- if eq .name $bad -}}{{- $path = printf "spec.initContainers{%s}" $bad -}}{{- end -}}{{- end -}}

{{- $kind := "Warning" -}}
{{- $reason := "Failed" -}}
{{- $message := "" -}}
{{- if and (eq $moment "unready") (has $play (list "never-ready" "late-ready")) -}}
  {{- $reason = "Unhealthy" -}}
  {{- $message = "Readiness probe failed: HTTP probe failed with statuscode: 503" -}}
{{- else if has $moment (list "running" "unready") -}}
  {{- $kind = "Normal" -}}{{- $reason = "Started" -}}
  {{- $message = printf "Started container %s" $bad -}}
{{- else if eq $moment "backoff" -}}
  {{- $reason = "BackOff" -}}
  {{- $message = printf "Back-off restarting failed container %s in pod %s_%s(%s)" $bad .metadata.name .metadata.namespace .metadata.uid -}}
{{- else if eq $moment "pull-error" -}}
  {{- $message = printf "Failed to pull image %q: rpc error: code = NotFound desc = failed to pull and unpack image %q: failed to resolve reference %q: %s: not found" $image $image $image $image -}}
{{- else if eq $moment "pull-backoff" -}}
  {{- $kind = "Normal" -}}{{- $reason = "BackOff" -}}
  {{- $message = printf "Back-off pulling image %q" $image -}}
{{- else if eq $play "invalid-image" -}}
  {{- $reason = "InspectFailed" -}}
  {{- $message = printf "Failed to apply default image tag %q: couldn't parse image name %q: invalid reference format" $image $image -}}
{{- else -}}
  {{- $message = printf "Error: %s" (index $notes "longshore.dev/kwok-message" | default "secret \"missing\" not found") -}}
{{- end -}}

apiVersion: v1
kind: Event
metadata:
  name: {{ printf "%s.%s" .metadata.name (sha256sum (printf "%s/%s/%s" .metadata.uid $bad $message) | trunc 16) | Quote }}
  namespace: {{ .metadata.namespace | Quote }}
involvedObject:
  apiVersion: v1
  kind: Pod
  name: {{ .metadata.name | Quote }}
  namespace: {{ .metadata.namespace | Quote }}
  uid: {{ .metadata.uid | Quote }}
  fieldPath: {{ $path | Quote }}
type: {{ $kind }}
reason: {{ $reason }}
message: {{ $message | Quote }}
count: {{ $count }}
firstTimestamp: {{ .status.startTime | default $now | Quote }}
lastTimestamp: {{ now | date "2006-01-02T15:04:05Z07:00" | Quote }}
reportingComponent: kubelet
source: {component: kubelet, host: {{ .spec.nodeName | Quote }}}
