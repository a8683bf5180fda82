{{/* Settings of a node; ${...} is Elasticsearch's own way to variables. */}}
{{- define "elasticsearch.config" -}}
{{- $several := gt (int .Values.replicas) 1 -}}
cluster.name: b2connect
node.name: ${POD_NAME}
network.host: 0.0.0.0
network.publish_host: ${POD_IP}
# No setting of the node's kernel is needed then (vm.max_map_count), nor a privileged container for it.
node.store.allow_mmap: false
{{- if $several }}
discovery.seed_hosts: [elasticsearch-headless]
cluster.initial_master_nodes:
  {{- range until (int .Values.replicas) }}
  - elasticsearch-{{ . }}
  {{- end }}
{{- else }}
discovery.type: single-node
{{- end }}
xpack.ml.enabled: false
xpack.security.enabled: true
xpack.security.enrollment.enabled: false
xpack.security.authc.realms.file.accounts.order: 0
xpack.security.http.ssl.enabled: false
xpack.security.transport.ssl.enabled: {{ $several }}
{{- if $several }}
xpack.security.transport.ssl.verification_mode: certificate
xpack.security.transport.ssl.certificate_authorities: [transport/ca.crt]
xpack.security.transport.ssl.certificate: transport/tls.crt
xpack.security.transport.ssl.key: transport/tls.key
{{- end }}
{{- end }}
