#!/usr/bin/env bash
# One platform of 30 releases on three control planes, against the loop in a shell that does the same.
#
#   benches/fleet.sh [RUNS]
#
# Each release is a chart of a Deployment, a Service and two ConfigMaps. They are planned and deployed to all three clusters
# by one `longshore plan` and one `longshore deploy`, and by a loop over clusters and releases that calls `kubectl diff
# --server-side` and `helm upgrade --install`; once when nothing is there, once with one value changed, once with nothing
# changed; RUNS times (default 3), both in turn, in namespaces of their own. Nobody waits for pods: what is compared is what
# the tools themselves do.
#
# LONGSHORE names another binary than the one of the release profile, which is built otherwise. Needs
# `cargo xtask oracle tools` and `cargo xtask cluster build` once, and a machine that does nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${LONGSHORE:-}" ]; then
    cargo build --quiet --release -p longshore
    LONGSHORE=$(realpath "${CARGO_TARGET_DIR:-target}/release/longshore")
fi
helm=$(cargo xtask oracle path helm4)
kubectl=$(cargo xtask oracle path kubectl)
work=$(mktemp -d)
clusters=("fleet-a-$$" "fleet-b-$$" "fleet-c-$$")
down() {
    for cluster in "${clusters[@]}"; do
        cargo xtask cluster down --name "$cluster" >"$work/down.log" 2>&1 || cat "$work/down.log"
    done
    rm -rf "$work"
}
trap down EXIT
configs=()
for cluster in "${clusters[@]}"; do
    configs+=("$(cargo xtask cluster up --name "$cluster" 2>"$work/up.log")") || { cat "$work/up.log"; exit 1; }
done
HOME=$work python3 - "${1:-3}" "$(realpath "$LONGSHORE")" "$helm" "$kubectl" "$work" "${configs[@]}" <<'PY'
import os, pathlib, statistics, subprocess, sys, time
runs, longshore, helm, kubectl, work, *configs = int(sys.argv[1]), *sys.argv[2:]
work = pathlib.Path(work)
RELEASES = 30
names = [f"part-{at}" for at in range(RELEASES)]

def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)

def run(*command, cwd=work, config=None, codes=(0,)):
    env = dict(os.environ, **({"KUBECONFIG": config} if config else {}))
    start = time.perf_counter()
    done = subprocess.run([str(word) for word in command], cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    took = (time.perf_counter() - start) * 1000
    if done.returncode not in codes:
        sys.exit(f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return took, done

write(work / "chart/Chart.yaml", "apiVersion: v2\nname: part\nversion: 1.0.0\n")
write(work / "chart/values.yaml", "level: v0\nzone: none\n")
write(work / "chart/templates/all.yaml", """{{- $name := .Release.Name }}
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ $name }}}
spec:
  replicas: 0
  selector: {matchLabels: {app: {{ $name }}}}
  template:
    metadata: {labels: {app: {{ $name }}}}
    spec: {containers: [{name: main, image: example.com/part}]}
---
apiVersion: v1
kind: Service
metadata: {name: {{ $name }}}
spec: {selector: {app: {{ $name }}}, ports: [{port: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ $name }}-level}
data: {level: {{ .Values.level | quote }}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ $name }}-zone}
data: {zone: {{ .Values.zone | quote }}}
""")

def project(round, level):
    clusters = "\n".join(f"  c{at}: {{kubeconfig: {config}, vars: {{zone: zone-{at}}}}}" for at, config in enumerate(configs))
    releases = "\n".join(f"  {name}: {{chart: chart, set: {{level: {level}, zone: '${{cluster.vars.zone}}'}}}}" for name in names)
    write(work / "longshore.yaml", f"""apiVersion: longshore.dev/v1alpha1
kind: Project
name: fleet
clusters:
{clusters}
environments: {{bench: {{namespace: ours-{round}, createNamespace: true, clusters: [{", ".join(f"c{at}" for at in range(len(configs)))}]}}}}
defaultEnvironment: bench
wait: {{grace: {{settle: 0s}}}}
releases:
{releases}
""")

def loop_plan(round, level):
    start = time.perf_counter()
    for at, config in enumerate(configs):
        for name in names:
            text = run(helm, "template", name, work / "chart", "--set", f"level={level},zone=zone-{at}", config=config)[1].stdout
            write(work / "rendered.yaml", text)
            run(kubectl, "diff", "--server-side", "--field-manager", "helm", "-n", f"theirs-{round}", "-f", work / "rendered.yaml", config=config, codes=(0, 1))
    return (time.perf_counter() - start) * 1000

def loop_deploy(round, level):
    start = time.perf_counter()
    for at, config in enumerate(configs):
        for name in names:
            run(helm, "upgrade", "--install", name, work / "chart", "-n", f"theirs-{round}", "--set", f"level={level},zone=zone-{at}", config=config)
    return (time.perf_counter() - start) * 1000

STEPS = [("first", "v0"), ("one value", "v1"), ("nothing", "v1")]
times = {(step, what, who): [] for step, _ in STEPS for what in ("plan", "deploy") for who in ("ours", "theirs")}
for round in range(runs):
    for config in configs:
        run(kubectl, "create", "namespace", f"theirs-{round}", config=config)
    for step, level in STEPS:
        project(round, level)
        times[step, "plan", "ours"].append(run(longshore, "plan")[0])
        times[step, "plan", "theirs"].append(loop_plan(round, level))
        times[step, "deploy", "ours"].append(run(longshore, "deploy", "--yes")[0])
        times[step, "deploy", "theirs"].append(loop_deploy(round, level))
    for at, config in enumerate(configs):
        for namespace in (f"ours-{round}", f"theirs-{round}"):
            zones = run(kubectl, "get", "cm", "-n", namespace, "-o", "jsonpath={.items[*].data.zone}", config=config)[1].stdout.split()
            levels = run(kubectl, "get", "cm", "-n", namespace, "-o", "jsonpath={.items[*].data.level}", config=config)[1].stdout.split()
            if zones != [f"zone-{at}"] * RELEASES or levels != ["v1"] * RELEASES:
                sys.exit(f"{namespace} on cluster {at} is wrong: {zones} {levels}")
            run(kubectl, "delete", "namespace", namespace, "--wait=false", config=config)
print(f"{RELEASES} releases on {len(configs)} clusters   ours ms   loop ms   loop/ours")
for step, _ in STEPS:
    for what in ("plan", "deploy"):
        ours, theirs = (statistics.median(times[step, what, who]) for who in ("ours", "theirs"))
        print(f"{what + ', ' + step:27}{ours:10.0f}{theirs:10.0f}{theirs / ours:12.1f}", flush=True)
PY
