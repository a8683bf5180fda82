{{- /* A node as its kubelet would report it. Capacity and addresses are set when the node is made. */ -}}
{{- $now := Now -}}
{{- $since := .metadata.creationTimestamp | default $now -}}
{{- $conditions := list -}}
{{- range NodeConditions -}}
  {{- $conditions = append $conditions (dict
    "type" .type "status" .status "reason" .reason "message" .message
    "lastHeartbeatTime" $now "lastTransitionTime" $since) -}}
{{- end -}}
conditions: {{ toJson $conditions }}
phase: Running
