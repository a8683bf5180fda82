{{- define "rabbitmq.config" -}}
cluster_formation.peer_discovery_backend = k8s
cluster_formation.k8s.host = kubernetes.default.svc
cluster_formation.k8s.address_type = hostname
cluster_formation.k8s.service_name = rabbitmq-headless
# A node that the API server does not list for a while is no node that is gone.
cluster_formation.node_cleanup.only_log_warning = true
cluster_partition_handling = {{ ternary "pause_minority" "ignore" (gt (int .Values.replicas) 2) }}
cluster_name = b2connect
vm_memory_high_watermark.relative = {{ .Values.memoryWatermark }}
disk_free_limit.absolute = 1GB
log.console = true
log.console.level = info
loopback_users = none
{{- end }}
