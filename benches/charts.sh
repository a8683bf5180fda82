#!/usr/bin/env bash
# Longshore against real Helm: `helm template` with the default values over a folder of charts of others, whole process,
# both in one run.
#
#   benches/charts.sh DIR [RUNS [STEP]]
#
# DIR holds charts at any depth, as `cargo xtask oracle charts` takes them; of these each STEP-th (default 1) is run RUNS
# times (default 7) by both in turn. Charts that Helm does not render are left out. Prints a line for each chart, and the
# median over all of the ratios of median wall times and of peak memory (which GNU time measures: a child of Python counts
# Python's own). Needs `cargo xtask oracle tools` once, and a machine that does nothing else.
set -euo pipefail
charts=$(realpath "${1:?usage: benches/charts.sh DIR [RUNS [STEP]]}")
cd "$(dirname "$0")/.."
cargo build --quiet --release -p longshore
longshore=$(realpath "${CARGO_TARGET_DIR:-target}/release/longshore")
helm=$(cargo xtask oracle path helm4)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
HOME=$work python3 - "$charts" "${2:-7}" "${3:-1}" "$longshore" "$helm" <<'PY'
import os, pathlib, statistics, subprocess, sys, time
folder, runs, step, longshore, helm = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:]
null = os.open(os.devnull, os.O_RDWR)
to_null = [(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]

def run(command):
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=to_null)
    _, status = os.waitpid(pid, 0)
    return status, (time.perf_counter() - start) * 1000

def peak(command):
    timed = subprocess.run(["/usr/bin/time", "-f", "%M", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return int(timed.stderr.split()[-1]) / 1024

every = sorted(file.parent for file in pathlib.Path(folder).rglob("Chart.yaml"))
charts = [chart for chart in every if not any(other in chart.parents for other in every)]
print(f"{'chart':40}{'Helm ms':>9}{'ours ms':>9}{'ratio':>7}{'Helm MiB':>10}{'ours MiB':>10}{'ratio':>7}")
rows = []
for chart in charts[::step]:
    theirs, ours = [helm, "template", "r", str(chart)], [longshore, "helm", "template", "r", str(chart)]
    if run(theirs)[0] != 0:
        continue
    if run(ours)[0] != 0:
        sys.exit(f"{chart}: Helm renders it, Longshore does not")
    results = [(run(theirs), run(ours)) for _ in range(runs)]
    median = lambda side, what: statistics.median(result[side][what] for result in results)
    memory = (peak(theirs), peak(ours))
    row = (median(0, 1) / median(1, 1), memory[0] / memory[1])
    print(f"{chart.name:40}{median(0, 1):9.1f}{median(1, 1):9.1f}{row[0]:7.1f}"
          f"{memory[0]:10.1f}{memory[1]:10.1f}{row[1]:7.1f}", flush=True)
    rows.append(row)
for what, ratios in [("time", sorted(row[0] for row in rows)), ("memory", sorted(row[1] for row in rows))]:
    print(f"{what:8} of {len(ratios)} charts: median ratio {statistics.median(ratios):.1f}, least {ratios[0]:.1f}, "
          f"a tenth below {ratios[len(ratios) // 10]:.1f}")
PY
