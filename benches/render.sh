#!/usr/bin/env bash
# Longshore against real Helm: rendering the Access Layer's chart, whole process, both in one run.
#
#   benches/render.sh [RUNS]
#
# First the outputs are compared byte for byte; then both are run in turn, RUNS times (default 40), with every
# environment's values. Prints the median wall time and the peak memory of each, and the ratios. Needs `cargo xtask
# oracle tools` once.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-40}
platform=platforms/access-layer
chart=$platform/helm/254carbon-access-layer

cargo build --quiet --release -p longshore
longshore=${CARGO_TARGET_DIR:-target}/release/longshore
helm=$(cargo xtask oracle path helm4)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What is random in the chart is given, so that both print the same.
cat > "$work/fixed.yaml" <<'YAML'
postgres: {auth: {password: fixed-for-the-benchmark}}
grafana: {admin: {password: fixed-for-the-benchmark}}
YAML
cat > "$work/longshore.yaml" <<YAML
apiVersion: longshore.dev/v1alpha1
kind: Project
name: bench
environments: {bench: {namespace: 254carbon-access}}
defaultEnvironment: bench
releases:
  254carbon-access-layer:
    chart: $PWD/$chart
    values: [$PWD/$chart/values-prod.yaml, $work/fixed.yaml]
YAML
ours=("$longshore" render -f "$work/longshore.yaml")
theirs=("$helm" template 254carbon-access-layer "$chart" -n 254carbon-access -f "$chart/values-prod.yaml" -f "$work/fixed.yaml")
export HOME=$work

"${ours[@]}" > "$work/ours.yaml"
"${theirs[@]}" > "$work/theirs.yaml"
if ! diff -u "$work/theirs.yaml" "$work/ours.yaml" > "$work/diff"; then
  head -40 "$work/diff"
  echo "the outputs differ" >&2
  exit 1
fi
echo "same bytes: $(wc -c < "$work/ours.yaml") of them, $(grep -c '^kind:' "$work/ours.yaml") objects"

python3 - "$runs" "$work" "${#ours[@]}" "${ours[@]}" "${theirs[@]}" <<'PY'
import os, resource, statistics, subprocess, sys, time
runs, work, n = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
commands = {"longshore render": sys.argv[4:4 + n], "helm template": sys.argv[4 + n:]}
times = {name: [] for name in commands}
memory = {name: [] for name in commands}
for run in range(runs + 2):
    for name, command in commands.items():
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = time.perf_counter() - start
        if status != 0:
            sys.exit(f"{name} failed")
        if run >= 2:  # the first two warm the file cache
            times[name].append(elapsed * 1000)
            memory[name].append(usage.ru_maxrss / 1024)
print(f"{'':18}{'median ms':>10}{'min':>8}{'max':>8}{'peak MiB':>10}")
for name in commands:
    t = times[name]
    print(f"{name:18}{statistics.median(t):10.1f}{min(t):8.1f}{max(t):8.1f}{statistics.median(memory[name]):10.1f}")
ours, theirs = commands
print(f"ratio of medians   {statistics.median(times[theirs]) / statistics.median(times[ours]):.1f} times faster, "
      f"{statistics.median(memory[theirs]) / statistics.median(memory[ours]):.1f} times less memory")
PY
