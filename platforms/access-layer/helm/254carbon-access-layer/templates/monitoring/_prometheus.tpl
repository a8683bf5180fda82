{{/* Configuration of Prometheus; its pod carries this text's digest. */}}
{{- define "access.prometheusConfig" -}}
global:
  scrape_interval: {{ .Values.prometheus.scrapeInterval }}
  evaluation_interval: {{ .Values.prometheus.scrapeInterval }}
rule_files:
  - /etc/prometheus/alerts.yaml
scrape_configs:
  # A headless Service's name resolves to its pods: each is asked, without leave to read from the API server.
  {{- range $name := include "access.services" . | splitList " " }}
  - job_name: {{ $name }}
    metrics_path: {{ $.Values.prometheus.metricsPath }}
    dns_sd_configs:
      - names: [{{ $name }}-headless]
        type: A
        port: {{ include "access.port" (dict "root" $ "name" $name) }}
    relabel_configs:
      - target_label: part_of
        replacement: {{ $.Chart.Name }}
  {{- end }}
  - job_name: prometheus
    static_configs:
      - targets: [localhost:9090]
  - job_name: grafana
    static_configs:
      - targets: [grafana-service:3000]
{{- end }}
