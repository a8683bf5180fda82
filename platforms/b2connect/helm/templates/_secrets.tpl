{{/* The keys of db-secrets: the document's two, and one for each account of a server. */}}
{{- define "b2connect.secretKeys" -}}
{{- list
  "postgres-password" "jwt-secret"
  "postgres-superuser-password" "postgres-replication-password"
  "redis-password"
  "rabbitmq-password" "rabbitmq-erlang-cookie"
  "elasticsearch-password" "elasticsearch-admin-password" "elasticsearch-log-password"
  "kibana-password" "kibana-encryption-key"
  | toJson }}
{{- end }}
