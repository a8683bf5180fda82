{{/* Patroni's settings; what is the pod's own comes from variables. Pods carry the digest of it. */}}
{{- define "postgresql.patroni" -}}
scope: b2connect
restapi:
  listen: 0.0.0.0:8008
kubernetes:
  # The leader is kept in a ConfigMap, and Services find it by its pod's label.
  use_endpoints: false
  scope_label: cluster-name
  role_label: role
  leader_label_value: master
  follower_label_value: replica
  labels:
    app: postgres
bootstrap:
  dcs:
    ttl: {{ .Values.ttl }}
    loop_wait: {{ div .Values.ttl 3 }}
    retry_timeout: {{ div .Values.ttl 3 }}
    maximum_lag_on_failover: 1048576
    synchronous_mode: {{ and .Values.synchronous (gt (int .Values.replicas) 0) }}
    # The primary goes on while the API server is away, as long as it sees all replicas.
    failsafe_mode: true
    postgresql:
      use_pg_rewind: true
      use_slots: true
  initdb:
    - encoding: UTF8
    - data-checksums
  post_init: sh /etc/patroni/post-init.sh
postgresql:
  listen: 0.0.0.0:5432
  data_dir: /var/lib/postgresql/data/pgdata
  bin_dir: {{ .Values.binDir }}
  pgpass: /tmp/pgpass
  # A new replica does not wait for the primary's next checkpoint.
  basebackup:
    checkpoint: fast
  parameters:
    password_encryption: scram-sha-256
    unix_socket_directories: /tmp
    wal_log_hints: "on"
    {{- range $name, $value := .Values.parameters }}
    {{ $name }}: {{ $value | quote }}
    {{- end }}
  pg_hba:
    - local all all scram-sha-256
    - host replication replicator all scram-sha-256
    - host all all all scram-sha-256
{{- end }}

{{/* A server's pod: takes root and member (first or replica). */}}
{{- define "postgresql.pod" -}}
{{- $values := .root.Values }}
{{- $secret := $values.global.secretName }}
{{- $context := dict "root" .root "name" "postgres" "component" "database" "own" $values "priority" "data" "token" true -}}
metadata:
  labels:
    {{- include "platform.podLabels" $context | nindent 4 }}
    cluster-name: b2connect
    b2connect.com/member: {{ .member }}
  annotations:
    checksum/patroni: {{ include "postgresql.patroni" .root | sha256sum }}
spec:
  {{- include "platform.pod" $context | nindent 2 }}
  terminationGracePeriodSeconds: 120
  {{- if eq .member "replica" }}
  initContainers:
    - name: await-primary
      image: {{ include "platform.image" (dict "root" .root "image" $values.image) }}
      command: [sh, /etc/patroni/await-primary.sh, {{ $values.binDir }}]
      env:
        - name: PGDATA
          value: /var/lib/postgresql/data/pgdata
      securityContext:
        {{- toYaml $values.global.securityContext | nindent 8 }}
      resources:
        requests: {cpu: 10m, memory: 16Mi}
        limits: {cpu: 100m, memory: 64Mi}
      volumeMounts:
        - name: data
          mountPath: /var/lib/postgresql/data
        - name: patroni
          mountPath: /etc/patroni
          readOnly: true
  {{- end }}
  containers:
    - name: postgres
      image: {{ include "platform.image" (dict "root" .root "image" $values.image) }}
      command: [patroni, /etc/patroni/patroni.yml]
      securityContext:
        {{- toYaml $values.global.securityContext | nindent 8 }}
      ports:
        - name: postgres
          containerPort: 5432
        - name: patroni
          containerPort: 8008
      env:
        - name: PATRONI_NAME
          valueFrom:
            fieldRef: {fieldPath: metadata.name}
        - name: PATRONI_KUBERNETES_NAMESPACE
          valueFrom:
            fieldRef: {fieldPath: metadata.namespace}
        - name: PATRONI_KUBERNETES_POD_IP
          valueFrom:
            fieldRef: {fieldPath: status.podIP}
        - name: PATRONI_POSTGRESQL_CONNECT_ADDRESS
          value: $(PATRONI_KUBERNETES_POD_IP):5432
        - name: PATRONI_RESTAPI_CONNECT_ADDRESS
          value: $(PATRONI_KUBERNETES_POD_IP):8008
        - name: PATRONI_SUPERUSER_USERNAME
          value: postgres
        - name: PATRONI_SUPERUSER_PASSWORD
          valueFrom:
            secretKeyRef: {name: {{ $secret }}, key: postgres-superuser-password}
        - name: PATRONI_REPLICATION_USERNAME
          value: replicator
        - name: PATRONI_REPLICATION_PASSWORD
          valueFrom:
            secretKeyRef: {name: {{ $secret }}, key: postgres-replication-password}
        - name: APP_USERNAME
          value: {{ $values.username }}
        - name: APP_DATABASE
          value: {{ $values.database }}
        - name: APP_PASSWORD
          valueFrom:
            secretKeyRef: {name: {{ $secret }}, key: postgres-password}
      # A first start creates the database, or copies it from the primary.
      startupProbe:
        httpGet: {path: /liveness, port: patroni}
        periodSeconds: 5
        failureThreshold: 120
      readinessProbe:
        httpGet: {path: /readiness, port: patroni}
        periodSeconds: 5
      livenessProbe:
        httpGet: {path: /liveness, port: patroni}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      resources:
        {{- toYaml $values.resources | nindent 8 }}
      volumeMounts:
        - name: data
          mountPath: /var/lib/postgresql/data
        - name: patroni
          mountPath: /etc/patroni
          readOnly: true
        - name: tmp
          mountPath: /tmp
        - name: shm
          mountPath: /dev/shm
  volumes:
    {{- if eq .member "first" }}
    - name: data
      persistentVolumeClaim:
        claimName: {{ $values.persistence.claim }}
    {{- end }}
    - name: patroni
      configMap:
        name: postgres-patroni
    - name: tmp
      emptyDir:
        sizeLimit: 1Gi
    - name: shm
      emptyDir:
        medium: Memory
        sizeLimit: 256Mi
{{- end }}
