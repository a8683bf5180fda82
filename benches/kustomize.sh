#!/usr/bin/env bash
# Longshore against real Kustomize: overlays over more and more Deployments, whole process, both in one run.
#
#   benches/kustomize.sh [RUNS]
#
# Each overlay has a namePrefix and labels with selectors over a base of N Deployments in one file and one generated
# ConfigMap that each of them names twice. First the outputs are compared byte for byte; then both run RUNS times
# (default 9) in turn, real Kustomize up to 1,000 Deployments: it is quadratic, 5,000 take it minutes. Prints median wall
# time and peak memory, and ours for each object: where that stays the same, a build is linear. Needs
# `cargo xtask oracle tools` once.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet --release -p longshore
longshore=$(realpath "${CARGO_TARGET_DIR:-target}/release/longshore")
kustomize=$(cargo xtask oracle path kustomize)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "${1:-9}" "$longshore" "$kustomize" "$work" <<'PY'
import os, pathlib, statistics, subprocess, sys, time
runs, longshore, kustomize, work = int(sys.argv[1]), *sys.argv[2:]
MOST_OF_THEIRS = 1000
null = os.open(os.devnull, os.O_RDWR)
to_null = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]

def deployment(i):
    return f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{i}
spec:
  selector:
    matchLabels: {{app: app-{i}}}
  template:
    metadata:
      labels: {{app: app-{i}}}
    spec:
      containers:
      - name: main
        image: registry.example/app:{i}
        envFrom:
        - configMapRef: {{name: settings}}
      volumes:
      - name: settings
        configMap: {{name: settings}}
"""

def overlay(count):
    base, over = pathlib.Path(work, str(count), "base"), pathlib.Path(work, str(count), "over")
    base.mkdir(parents=True)
    over.mkdir()
    base.joinpath("all.yaml").write_text("---\n".join(deployment(i) for i in range(count)))
    base.joinpath("kustomization.yaml").write_text(
        "resources: [all.yaml]\nconfigMapGenerator:\n- name: settings\n  literals: [a=1, b=2]\n")
    over.joinpath("kustomization.yaml").write_text(
        "resources: [../base]\nnamePrefix: prod-\nlabels:\n- pairs: {env: prod}\n  includeSelectors: true\n")
    return str(over)

def run(command):
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=to_null)
    if os.waitpid(pid, 0)[1] != 0:
        sys.exit(f"{command}: failed")
    return (time.perf_counter() - start) * 1000

def peak(command):
    timed = subprocess.run(["/usr/bin/time", "-f", "%M", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return int(timed.stderr.split()[-1]) / 1024

print(f"{'objects':>8}{'theirs ms':>11}{'ours ms':>9}{'ratio':>7}{'each us':>9}{'theirs MiB':>12}{'ours MiB':>10}")
for count in [100, 1000, 5000, 20000]:
    folder = overlay(count)
    ours, theirs = [longshore, "kustomize", "build", folder], [kustomize, "build", folder]
    both = count <= MOST_OF_THEIRS
    if both and subprocess.check_output(ours) != subprocess.check_output(theirs):
        sys.exit(f"{count}: the outputs differ")
    times = [(run(theirs) if both else 0, run(ours)) for _ in range(runs)]
    median = [statistics.median(time[side] for time in times) for side in (0, 1)]
    shown = (f"{median[0]:11.1f}", f"{median[0] / median[1]:7.1f}", f"{peak(theirs):12.1f}") if both else (
        f"{'-':>11}", f"{'-':>7}", f"{'-':>12}")
    print(f"{count:8}{shown[0]}{median[1]:9.1f}{shown[1]}{median[1] * 1000 / count:9.1f}{shown[2]}{peak(ours):10.1f}", flush=True)
PY
