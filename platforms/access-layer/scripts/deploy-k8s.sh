#!/usr/bin/env bash
# Deploys the 254Carbon Access Layer. A short form of `longshore deploy`, with the options that the
# platform's documentation names.
set -euo pipefail

usage() {
  cat <<'USAGE'
Deploy the 254Carbon Access Layer to Kubernetes.

Usage: deploy-k8s.sh [options]

  -m METHOD       manifests (or kubectl): the plain manifests in k8s/   [default]
                  helm: the chart in helm/254carbon-access-layer
  -n NAMESPACE    target namespace          [default: 254carbon-access]
  -e ENVIRONMENT  dev, staging, production  [default: production]
                  (development and prod are taken as well)
  -d              dry run: show what would change, change nothing
  -h              this text

The longshore command is taken from $LONGSHORE, else from PATH. It uses the current kubectl context.
USAGE
}

# fail MESSAGE...: a wrong call.
fail() {
  printf 'deploy-k8s.sh: %s\n' "$*" >&2
  printf 'Try deploy-k8s.sh -h.\n' >&2
  exit 2
}

method=manifests
namespace=254carbon-access
environment=production
dry_run=false

while getopts ':m:n:e:dh' option; do
  case $option in
    m) method=$OPTARG ;;
    n) namespace=$OPTARG ;;
    e) environment=$OPTARG ;;
    d) dry_run=true ;;
    h) usage; exit 0 ;;
    :) fail "option -$OPTARG needs a value" ;;
    *) fail "there is no option -$OPTARG" ;;
  esac
done
shift $((OPTIND - 1))
[[ $# -eq 0 ]] || fail "unexpected argument '$1'"

case $method in
  helm | manifests) ;;
  kubectl) method=manifests ;;
  *) fail "there is no method '$method': it is helm or manifests" ;;
esac

case $environment in
  dev | development) environment=dev ;;
  staging) ;;
  prod | production) environment=production ;;
  *) fail "there is no environment '$environment': it is dev, staging or production" ;;
esac

longshore=$(command -v -- "${LONGSHORE:-longshore}") || {
  printf 'deploy-k8s.sh: %s is not a command; install longshore, or set LONGSHORE to its path\n' \
    "${LONGSHORE:-longshore}" >&2
  exit 127
}
# Found from where the caller stands, and run from the platform's folder.
[[ $longshore == /* ]] || longshore=$PWD/$longshore

arguments=(deploy --method "$method" -n "$namespace" -e "$environment" --yes)
if [[ $dry_run == true ]]; then
  arguments+=(--dry-run)
fi

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec "$longshore" "${arguments[@]}"
