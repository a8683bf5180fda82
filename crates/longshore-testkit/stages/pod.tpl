{{- /*
The status of a pod at one moment of its life, as a kubelet would report it. $moment and the cast (see
cast.tpl) are set in front of this text.

  created       scheduled, nothing started yet
  running       everything runs and is ready
  unready       everything runs, one container is not ready (or: one init container is not done)
  crashed       that container has just ended
  backoff       and waits to be started again
  pull-error    that container's image cannot be had
  pull-backoff  and will be tried again later
  stuck         that container cannot even be created
  succeeded     every container has ended well
  failed        one has not, and is not started again
*/ -}}
{{- $badInit := false -}}
{{- range $inits -}}{{- if eq .name $bad -}}{{- $badInit = true -}}{{- end -}}{{- end -}}

{{- $exit := index $notes "longshore.dev/kwok-exit-code" | default "1" | int -}}
{{- $why := "Error" -}}
{{- if eq $play "oom" -}}{{- $exit = 137 -}}{{- $why = "OOMKilled" -}}{{- end -}}

{{- /* The statuses as they were. */ -}}
{{- $old := dict -}}
{{- range concat (.status.initContainerStatuses | default list) (.status.containerStatuses | default list) -}}
  {{- $_ := set $old .name . -}}
{{- end -}}

{{- $fails := has $moment (list "unready" "crashed" "backoff" "pull-error" "pull-backoff" "stuck" "failed") -}}
{{- $ended := has $moment (list "succeeded" "failed") -}}
{{- $initStatuses := list -}}
{{- $mainStatuses := list -}}
{{- $pendingInits := list -}}
{{- $unready := list -}}
{{- $passed := false -}}

{{- range $index, $container := concat $inits $mains -}}
  {{- $isInit := lt $index (len $inits) -}}
  {{- $isSidecar := and $isInit (eq (.restartPolicy | default "") "Always") -}}
  {{- $isBad := and $fails (eq .name $bad) -}}
  {{- $before := index $old .name | default dict -}}
  {{- $restarts := $before.restartCount | default 0 | toString | int -}}
  {{- $running := dig "state" "running" (dict) $before -}}
  {{- $began := $running.startedAt | default $now -}}
  {{- if and (eq $moment "unready") $isBad (dig "state" "waiting" (dict) $before).reason -}}
    {{- if eq (dig "state" "waiting" (dict) $before).reason "CrashLoopBackOff" -}}
      {{- $restarts = add1 $restarts | int -}}
    {{- end -}}
  {{- end -}}
  {{- $id := printf "containerd://%s" (sha256sum (printf "%s/%s/%d" $pod.metadata.uid .name $restarts)) -}}
  {{- $wellEnded := dict "exitCode" 0 "reason" "Completed" "startedAt" $began "finishedAt" $now "containerID" $id -}}
  {{- $badlyEnded := dict "exitCode" $exit "reason" $why "startedAt" $began "finishedAt" $now "containerID" $id -}}
  {{- $state := dict "running" (dict "startedAt" $began) -}}
  {{- $last := $before.lastState | default dict -}}
  {{- $ready := true -}}
  {{- $started := true -}}
  {{- $exists := true -}}

  {{- if eq $moment "created" -}}
    {{- $reason := "ContainerCreating" -}}
    {{- if $inits -}}{{- $reason = "PodInitializing" -}}{{- end -}}
    {{- $state = dict "waiting" (dict "reason" $reason) -}}
    {{- $ready = false -}}{{- $started = false -}}{{- $exists = false -}}
  {{- else if $isBad -}}
    {{- $ready = false -}}
    {{- if has $moment (list "crashed" "failed") -}}
      {{- $state = dict "terminated" $badlyEnded -}}{{- $started = false -}}
    {{- else if eq $moment "backoff" -}}
      {{- $text := printf "back-off 10s restarting failed container=%s pod=%s_%s(%s)" .name $pod.metadata.name $pod.metadata.namespace $pod.metadata.uid -}}
      {{- $last = dict "terminated" (dig "state" "terminated" $badlyEnded $before) -}}
      {{- $state = dict "waiting" (dict "reason" "CrashLoopBackOff" "message" $text) -}}{{- $started = false -}}
    {{- else if has $moment (list "pull-error" "pull-backoff" "stuck") -}}
      {{- $started = false -}}{{- $exists = false -}}
      {{- $cause := printf "rpc error: code = NotFound desc = failed to pull and unpack image %q: failed to resolve reference %q: %s: not found" .image .image .image -}}
      {{- if eq $moment "pull-error" -}}
        {{- $state = dict "waiting" (dict "reason" "ErrImagePull" "message" $cause) -}}
      {{- else if eq $moment "pull-backoff" -}}
        {{- $state = dict "waiting" (dict "reason" "ImagePullBackOff" "message" (printf "Back-off pulling image %q: ErrImagePull: %s" .image $cause)) -}}
      {{- else if eq $play "invalid-image" -}}
        {{- $state = dict "waiting" (dict "reason" "InvalidImageName" "message" (printf "Failed to apply default image tag %q: couldn't parse image name %q: invalid reference format" .image .image)) -}}
      {{- else -}}
        {{- $state = dict "waiting" (dict "reason" "CreateContainerConfigError" "message" (index $notes "longshore.dev/kwok-message" | default "secret \"missing\" not found")) -}}
      {{- end -}}
    {{- end -}}
  {{- else if and $fails $badInit $passed -}}
    {{- /* Behind an init container that is not done, nothing begins. */ -}}
    {{- $state = dict "waiting" (dict "reason" "PodInitializing") -}}
    {{- $ready = false -}}{{- $started = false -}}{{- $exists = false -}}
  {{- else if or $ended (and $isInit (not $isSidecar)) -}}
    {{- $state = dict "terminated" (dig "state" "terminated" $wellEnded $before) -}}
    {{- $ready = $isInit -}}{{- $started = false -}}
  {{- end -}}

  {{- if and $isBad (hasKey $state "running") $isInit (not $isSidecar) -}}{{- $started = true -}}{{- end -}}
  {{- $status := dict "name" .name "image" .image "ready" $ready "started" $started "restartCount" $restarts "state" $state "lastState" $last -}}
  {{- if $exists -}}
    {{- $_ := set $status "containerID" $id -}}
    {{- $_ := set $status "imageID" (printf "%s@sha256:%s" (regexReplaceAll ":[^:/]*$" .image "") (sha256sum .image)) -}}
  {{- else -}}
    {{- $_ := set $status "imageID" "" -}}
  {{- end -}}
  {{- if $isInit -}}
    {{- $initStatuses = append $initStatuses $status -}}
    {{- if not $ready -}}{{- $pendingInits = append $pendingInits .name -}}{{- end -}}
  {{- else -}}
    {{- $mainStatuses = append $mainStatuses $status -}}
    {{- if not $ready -}}{{- $unready = append $unready .name -}}{{- end -}}
  {{- end -}}
  {{- if $isBad -}}{{- $passed = true -}}{{- end -}}
{{- end -}}

{{- /* What follows from the containers for the pod. */ -}}
{{- $phase := "Running" -}}
{{- if eq $moment "succeeded" -}}{{- $phase = "Succeeded" -}}
{{- else if eq $moment "failed" -}}{{- $phase = "Failed" -}}
{{- else if or $pendingInits (has $moment (list "created" "pull-error" "pull-backoff" "stuck")) -}}{{- $phase = "Pending" -}}
{{- end -}}

{{- $initialized := dict "type" "Initialized" "status" "True" -}}
{{- if and $pendingInits (not $ended) -}}
  {{- $initialized = dict "type" "Initialized" "status" "False" "reason" "ContainersNotInitialized" "message" (printf "containers with incomplete status: [%s]" (join " " $pendingInits)) -}}
{{- end -}}
{{- $isReady := dict "status" "True" -}}
{{- if eq $moment "succeeded" -}}
  {{- $isReady = dict "status" "False" "reason" "PodCompleted" -}}
{{- else if eq $moment "failed" -}}
  {{- $isReady = dict "status" "False" "reason" "PodFailed" -}}
{{- else if $unready -}}
  {{- $isReady = dict "status" "False" "reason" "ContainersNotReady" "message" (printf "containers with unready status: [%s]" (join " " $unready)) -}}
{{- end -}}
{{- $conditions := list
  (dict "type" "PodReadyToStartContainers" "status" (ternary "False" "True" (or $ended (eq $moment "created"))))
  $initialized
  (merge (dict "type" "Ready") $isReady)
  (merge (dict "type" "ContainersReady") $isReady) -}}
{{- range .spec.readinessGates -}}
  {{- $conditions = append $conditions (dict "type" .conditionType "status" "True") -}}
{{- end -}}

{{- /* A condition that stays as it is keeps its time, and an old reason must not outlive it. */ -}}
{{- $dated := list -}}
{{- range $condition := $conditions -}}
  {{- $time := $now -}}
  {{- range ($pod.status.conditions | default list) -}}
    {{- if and (eq .type $condition.type) (eq .status $condition.status) -}}{{- $time = .lastTransitionTime | default $now -}}{{- end -}}
  {{- end -}}
  {{- $dated = append $dated (merge (dict "lastTransitionTime" $time "reason" ($condition.reason | default nil) "message" ($condition.message | default nil)) $condition) -}}
{{- end -}}

phase: {{ $phase }}
startTime: {{ .status.startTime | default $now | Quote }}
qosClass: {{ .status.qosClass | default "BestEffort" }}
conditions: {{ toJson $dated }}
initContainerStatuses: {{ toJson $initStatuses }}
containerStatuses: {{ toJson $mainStatuses }}
{{- with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs: [{ip: {{ index . 0 | Quote }}}]
{{- end }}
{{- /* Addresses are given once: the lists are merged, and a second one would be a second address. */ -}}
{{- if not .status.podIP }}
{{- with PodIPsWith .spec.nodeName (.spec.hostNetwork | default false) .metadata.uid .metadata.name .metadata.namespace }}
podIP: {{ index . 0 | Quote }}
podIPs: [{ip: {{ index . 0 | Quote }}}]
{{- end }}
{{- end }}
