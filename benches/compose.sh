#!/usr/bin/env bash
# Translates Compose files with `longshore init --from`, and lets a control plane judge what came out: every object by a
# strict dry run on the server (`longshore plan`), nothing is written but an empty namespace for each.
#
#   KUBECONFIG=… benches/compose.sh FILE…
set -euo pipefail
longshore=$(realpath "${LONGSHORE:-target/debug/longshore}")
: "${KUBECONFIG:?the kubeconfig of a control plane, as of 'cargo xtask cluster up'}"
kubectl=${KUBECTL:-kubectl}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
total=0 good=0
for file in "$@"; do
    total=$((total + 1))
    tree=$work/tree
    rm -rf "$tree" && cp -r "$(dirname "$file")" "$tree"
    if ! "$longshore" init "compose-$total" --from "$tree/$(basename "$file")" --dir "$tree" --yes >"$work/out" 2>&1; then
        echo "$file: not translated: $(head -2 "$work/out" | tr '\n' ' ')"
        continue
    fi
    # What is read from the environment is there.
    for variable in $(grep -oE '\{env: [A-Za-z0-9_]+\}' "$tree/longshore.yaml" | tr -d '{}' | cut -d' ' -f2); do
        export "$variable=change-me-please"
    done
    for secret in $(grep -oE '\{file: [^}]+\}' "$tree/longshore.yaml" | sed 's/{file: //; s/}$//'); do
        [ -s "$tree/$secret" ] || { mkdir -p "$(dirname "$tree/$secret")" && echo secret >"$tree/$secret"; }
    done
    "$kubectl" create namespace "compose-$total" >/dev/null 2>&1 || true
    if "$longshore" plan -q -f "$tree/longshore.yaml" -e dev -n "compose-$total" >"$work/out" 2>"$work/err"; then
        good=$((good + 1))
        echo "$file: $(tail -1 "$work/out")"
    else
        echo "$file: refused: $(grep -vE '^ *\||^$' "$work/err" | head -6 | tr '\n' ' ' | cut -c1-600)"
    fi
    "$kubectl" delete namespace "compose-$total" --wait=false >/dev/null 2>&1 || true
done
echo "$good of $total taken by the server"
