#!/bin/sh
# What `longshore check` says of charts of others, by rule: each chart in a project of its own, as its one release, with
# its own values. Who wants to know how many of them are false alarms has to look at them: they are in OUT/findings.
#
#   benches/alarms.sh FOLDER OUT    FOLDER holds charts, at any depth; those within charts are left out
set -eu
folder=$(realpath "$1")
out=$2
longshore=$(realpath "${LONGSHORE:-target/debug/longshore}")
mkdir -p "$out"
out=$(realpath "$out")
: > "$out/findings"
: > "$out/failed"
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT
charts=0 rendered=0
for file in $(find "$folder" -name Chart.yaml -not -path '*/charts/*/charts/*' -not -path '*/templates/*' | sort); do
    chart=$(dirname "$file")
    # A chart below another one's `charts/` is a dependency.
    [ ! -f "$(dirname "$(dirname "$chart")")/Chart.yaml" ] || continue
    charts=$((charts + 1))
    cat > "$project/longshore.yaml" <<EOF
apiVersion: longshore.dev/v1alpha1
kind: Project
name: alarms
environments: {dev: {namespace: alarms}}
defaultEnvironment: dev
releases: {r: {chart: $chart}}
EOF
    (cd "$project" && "$longshore" check > "$out/one" 2>&1) || true
    # What cannot be rendered with its own values is no alarm.
    if grep -Eq '^error\[(template|chart|source|values|yaml|manifest)/' "$out/one"; then
        echo "${chart#"$folder"/} $(grep -m 1 '^error' "$out/one")" >> "$out/failed"
        continue
    fi
    rendered=$((rendered + 1))
    grep -v ' in .* objects\? of ' "$out/one" | sed "s|^|${chart#"$folder"/}: |" >> "$out/findings"
done
grep -Eo '(error|warning)\[[a-z-]+/[a-z-]+\]' "$out/findings" | sort | uniq -c | sort -rn
rm -f "$out/one"
echo "$charts charts, $rendered checked"
