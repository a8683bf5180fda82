#!/usr/bin/env bash
# Writes k8s/<environment>/<part>.yaml from the chart, so that both deploy methods make the same
# objects. Left out: the Secrets, which Longshore generates, and what only Helm reads. The services
# are there twice: services-1.19.yaml has the API versions of Kubernetes 1.19 to 1.24.
#
#   scripts/render-k8s.sh           write the files
#   scripts/render-k8s.sh --check   say whether they are as the chart has them
#
# Helm 3 or 4 is taken from $HELM, else from PATH.
set -euo pipefail

helm=${HELM:-helm}
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
chart=helm/254carbon-access-layer

case ${1:-} in
  '') out=k8s ;;
  --check) out=$(mktemp -d); trap 'rm -rf -- "$out"' EXIT ;;
  *) printf 'render-k8s.sh: unexpected argument %s\n' "$1" >&2; exit 2 ;;
esac

# tidy: from Helm's stream to one that reads as if written by hand, workload by workload.
tidy() {
  awk '
    function take(  i, count, lines, line, text, held, kind, name) {
      # annotations: waits for the first annotation that stays.
      count = split(document, lines, "\n")
      held = ""
      for (i = 1; i <= count; i++) {
        line = lines[i]
        if (line ~ /^# Source: / || line ~ /^    (helm\.sh\/|app\.kubernetes\.io\/managed-by: )/) continue
        if (line ~ /^  annotations:$/) { held = line "\n"; continue }
        if (held != "" && line ~ /^    /) text = text held
        held = ""
        if (line ~ /^kind: /) kind = substr(line, 7)
        if (name == "" && line ~ /^    app\.kubernetes\.io\/name: /) name = substr(line, 29)
        text = text line "\n"
      }
      sub(/\n+$/, "\n", text)
      document = ""
      if (kind == "" || kind == "Secret") return
      if (!(kind in known)) { print "render-k8s.sh: no place for kind " kind > "/dev/stderr"; exit 1 }
      if (!(name in placed)) { placed[name] = 1; names[++total] = name }
      texts[name, kind] = texts[name, kind] "---\n" text
    }
    BEGIN {
      kinds = split("ServiceAccount ConfigMap PersistentVolumeClaim Service Deployment HorizontalPodAutoscaler " \
                    "PodDisruptionBudget NetworkPolicy Ingress", order, " ")
      for (k = 1; k <= kinds; k++) known[order[k]] = 1
      # What is not named here follows in the order of its coming.
      total = split("access-config gateway streaming auth entitlements metrics redis postgres zookeeper kafka " \
                    "prometheus grafana", names, " ")
      for (n = 1; n <= total; n++) placed[names[n]] = 1
    }
    /^---$/ { take(); next }
    { document = document $0 "\n" }
    END {
      take()
      for (n = 1; n <= total; n++) for (k = 1; k <= kinds; k++) printf "%s", texts[names[n], order[k]]
    }'
}

for environment in dev staging production; do
  mkdir -p "$out/$environment"
  for file in infrastructure services services-1.19 monitoring ingress; do
    part=${file%-1.19}
    version=()
    for_versions=''
    if [[ $file != "$part" ]]; then
      version=(--kube-version 1.19.0)
      for_versions=', for Kubernetes before 1.25'
    fi
    case $part in
      infrastructure)
        about='Redis, PostgreSQL, ZooKeeper and Kafka'
        needs='postgres-secret (POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB)'
        ;;
      services)
        about='access-config and the five services'
        needs='postgres-secret (POSTGRES_PASSWORD)'
        ;;
      monitoring)
        about='Prometheus and Grafana'
        needs='grafana-secret (GF_SECURITY_ADMIN_USER, GF_SECURITY_ADMIN_PASSWORD)'
        ;;
      ingress)
        about='the two external hosts'
        needs=''
        ;;
    esac
    set_parts=parts.infrastructure=false,parts.services=false,parts.monitoring=false,parts.ingress=false
    {
      printf '# Access Layer, %s: %s%s.\n' "$environment" "$about" "$for_versions"
      [[ -z $needs ]] || printf '# Needs the Secret %s.\n' "$needs"
      printf '# Kept in step with the chart by scripts/render-k8s.sh.\n'
      "$helm" template "$part" "$chart" --values "$chart/values-${environment/production/prod}.yaml" \
        ${version[@]+"${version[@]}"} --set "$set_parts,parts.$part=true" | tidy
    } > "$out/$environment/$file.yaml"
  done
done

if [[ $out != k8s ]]; then
  diff -ru k8s "$out" || { printf 'render-k8s.sh: k8s/ is not as the chart has it\n' >&2; exit 1; }
fi
