#!/usr/bin/env bash
# Longshore against real Helm: umbrella charts of more and more subcharts, whole process, both in one run.
#
#   benches/umbrella.sh [RUNS]
#
# Each subchart has a library's worth of named templates, values, a condition and two objects. First the outputs are
# compared byte for byte; then both run RUNS times (default 9) in turn. Prints the median wall time, in all and for each
# subchart: where that stays the same, rendering is linear. Needs `cargo xtask oracle tools` once.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet --release -p longshore
longshore=$(realpath "${CARGO_TARGET_DIR:-target}/release/longshore")
helm=$(cargo xtask oracle path helm4)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
HOME=$work python3 - "${1:-9}" "$work" "$longshore" "$helm" <<'PY'
import os, pathlib, statistics, subprocess, sys, time
runs, work, longshore, helm = int(sys.argv[1]), pathlib.Path(sys.argv[2]), *sys.argv[3:]

def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)

def chart(folder, name):
    values = "".join(f"  key{i}: value {i}\n  list{i}: [1, 2, 3]\n" for i in range(40))
    write(folder / "Chart.yaml", f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n")
    write(folder / "values.yaml", f"enabled: true\nreplicas: 2\nimage: {{repository: example/{name}, tag: '1'}}\nsettings:\n{values}")
    helpers = "".join(
        f'{{{{- define "{name}.part{i}" -}}}}\n{{{{- if .Values.enabled }}}}\npart-{i}: {{{{ .Release.Name | quote }}}}\n'
        f"{{{{- with .Values.image }}}}\nimage: {{{{ .repository }}}}:{{{{ .tag }}}}\n{{{{- end }}}}\n{{{{- end }}}}\n{{{{- end }}}}\n"
        for i in range(40))
    write(folder / "templates/_helpers.tpl", helpers)
    write(folder / "templates/config.yaml",
          f'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{{{ .Release.Name }}}}-{name}\n  labels:\n    {{{{- include "{name}.part0" . | nindent 4 }}}}\n'
          "data:\n  settings: |\n    {{- toYaml .Values.settings | nindent 4 }}\n")
    write(folder / "templates/deployment.yaml",
          f'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{{{ .Release.Name }}}}-{name}\nspec:\n  replicas: {{{{ .Values.replicas }}}}\n'
          f'  template:\n    metadata:\n      annotations:\n        {{{{- include "{name}.part1" . | nindent 8 }}}}\n'
          "    spec:\n      containers:\n        - name: main\n          image: {{ .Values.image.repository }}:{{ .Values.image.tag }}\n")

def timed(command):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - start) * 1000

print(f"{'subcharts':>9}{'Helm ms':>10}{'each':>8}{'ours ms':>10}{'each':>8}{'ratio':>7}")
for count in [25, 50, 100, 200, 400]:
    top = work / f"umbrella{count}"
    names = [f"part{i}" for i in range(count)]
    needs = "".join(f"  - {{name: {name}, version: 1.0.0, condition: {name}.enabled}}\n" for name in names)
    write(top / "Chart.yaml", f"apiVersion: v2\nname: umbrella\nversion: 1.0.0\ndependencies:\n{needs}")
    write(top / "values.yaml", "".join(f"{name}: {{replicas: 3}}\n" for name in names))
    for name in names:
        chart(top / "charts" / name, name)
    theirs, ours = [helm, "template", "r", str(top)], [longshore, "helm", "template", "r", str(top)]
    outputs = [subprocess.run(command, capture_output=True, check=True).stdout for command in (theirs, ours)]
    if outputs[0] != outputs[1]:
        sys.exit(f"{count} subcharts: the outputs differ")
    times = [(timed(theirs), timed(ours)) for _ in range(runs)]
    a, b = (statistics.median(pair[side] for pair in times) for side in (0, 1))
    print(f"{count:9}{a:10.1f}{a / count:8.2f}{b:10.1f}{b / count:8.2f}{a / b:7.1f}", flush=True)
PY
