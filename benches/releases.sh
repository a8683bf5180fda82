#!/usr/bin/env bash
# Longshore against real Helm and kubectl on one control plane, both sides in one run.
#
#   benches/releases.sh [RUNS]
#
# Deploying: 500 objects (250 ConfigMaps, 250 Services) from one chart are installed, upgraded without a change, and
# upgraded with one changed field by `longshore deploy`, `helm install`/`upgrade` and `kubectl apply --server-side` (of
# what Helm renders), each in a namespace of its own, in turn, RUNS times (default 5). Beside the median times stand how
# many requests Longshore sent for each object. What the server itself takes for an install is shown by `curl`, which sends
# the same objects, 32 at a time, and does nothing else: nobody can be faster. How much processor time the clients take
# themselves for an install is shown, too: on a machine of few cores most of the rest is the server's.
#
# Planning: 26 releases of 12 objects, of each of which one field has changed, by one `longshore plan`, by
# `kubectl diff --server-side`, and by 26 times `helm diff upgrade`, if HELM_DIFF names the folder of that plugin (it is
# no Go module and cannot be built here by itself).
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
cluster="bench-$$"
trap 'cargo xtask cluster down --name "$cluster" >"$work/down.log" 2>&1 || cat "$work/down.log"; rm -rf "$work"' EXIT
KUBECONFIG=$(cargo xtask cluster up --name "$cluster" 2>"$work/up.log") || { cat "$work/up.log"; exit 1; }
export KUBECONFIG
HOME=$work HELM_DIFF=${HELM_DIFF:-} python3 - "${1:-5}" "$(realpath "$LONGSHORE")" "$helm" "$kubectl" "$work" <<'PY'
import base64, json, os, pathlib, re, resource, statistics, subprocess, sys, time
runs, longshore, helm, kubectl, work = int(sys.argv[1]), *sys.argv[2:]
work = pathlib.Path(work)
EACH, RELEASES, OBJECTS = 250, 26, 12

def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)

def run(*command, cwd=work, codes=(0,)):
    start = time.perf_counter()
    done = subprocess.run([str(word) for word in command], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    took = (time.perf_counter() - start) * 1000
    if done.returncode not in codes:
        sys.exit(f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return took, done

def processor():
    """Milliseconds of processor time that ended children have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1000

def counted(who, step, *command, **options):
    """The same as run, with the client's own processor time noted for an install."""
    before = processor()
    took, done = run(*command, **options)
    if step == "install":
        own[who].append(processor() - before)
    return took, done

def median(times):
    return statistics.median(times)

# --- 500 objects ---
many = work / "many"
write(many / "chart/Chart.yaml", "apiVersion: v2\nname: many\nversion: 1.0.0\n")
write(many / "chart/values.yaml", "first: v0\n")
write(many / "chart/templates/all.yaml", """{{- range $i, $_ := until %d }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c{{ $i }}, labels: {app: a{{ $i }}}}
data: {value: {{ if eq $i 0 }}{{ $.Values.first | quote }}{{ else }}same{{ end }}, file: "one\\ntwo\\nthree\\n"}
---
apiVersion: v1
kind: Service
metadata: {name: s{{ $i }}, labels: {app: a{{ $i }}}}
spec: {selector: {app: a{{ $i }}}, ports: [{name: http, port: 80, targetPort: 8080}]}
{{- end }}
""" % EACH)

def project(number):
    write(many / "longshore.yaml", f"""apiVersion: longshore.dev/v1alpha1
kind: Project
name: many
environments: {{bench: {{namespace: none}}}}
defaultEnvironment: bench
releases: {{many: {{chart: chart, set: {{first: v{number}}}}}}}
""")

def rendered(number):
    _, done = run(helm, "template", "many", many / "chart", "--set", f"first=v{number}")
    write(many / "all.yaml", done.stdout)

def bare_requests(namespace):
    """What curl needs to apply what was rendered: one request for each object."""
    config = json.loads(run(kubectl, "config", "view", "--raw", "--flatten", "-o", "json")[1].stdout)
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    for name, data in [("ca", cluster["certificate-authority-data"]), ("cert", user["client-certificate-data"]),
                       ("key", user["client-key-data"])]:
        write(work / f"{name}.pem", base64.b64decode(data).decode())
    kinds, requests = {"ConfigMap": "configmaps", "Service": "services"}, []
    for at, document in enumerate(filter(str.strip, re.split(r"(?m)^---$", (many / "all.yaml").read_text()))):
        kind, name = re.search(r"(?m)^kind: (\w+)", document)[1], re.search(r"(?m)^metadata: {name: (\w+)", document)[1]
        body = work / f"bare/{at}.yaml"
        write(body, document)
        url = f'{cluster["server"]}/api/v1/namespaces/{namespace}/{kinds[kind]}/{name}?fieldManager=bare'
        requests.append(f"""url = "{url}"
request = PATCH
header = "Content-Type: application/apply-patch+yaml"
data-binary = "@{body}"
output = /dev/null
cacert = "{work}/ca.pem"
cert = "{work}/cert.pem"
key = "{work}/key.pem"
fail
silent
show-error
""")
    write(work / "bare.conf", "next\n".join(requests))
    return ("curl", "--parallel", "--parallel-max", "32", "--config", work / "bare.conf")

STEPS = ["install", "no change", "one field"]
times = {(step, who): [] for step in STEPS for who in ("longshore", "helm", "kubectl")}
requests = {step: [] for step in STEPS}
bare = []
# Milliseconds of processor time that the clients themselves take for an install.
own = {"longshore": [], "helm": [], "kubectl": []}
NAMESPACES = ("longshore", "helm", "kubectl", "bare")
for round in range(runs):
    for who in NAMESPACES:
        run(kubectl, "create", "namespace", f"{who}-{round}")
    for step, number in zip(STEPS, (0, 0, 1)):
        project(number)
        rendered(number)
        took, done = counted("longshore", step, longshore, "deploy", "-v", "--yes", "-n", f"longshore-{round}", cwd=many)
        times[step, "longshore"].append(took)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr)
        requests[step].append(int(re.findall(r"requests=(\d+)", plain)[-1]))
        verb = "install" if step == "install" else "upgrade"
        took, _ = counted("helm", step, helm, verb, "many", many / "chart", "-n", f"helm-{round}", "--set", f"first=v{number}")
        times[step, "helm"].append(took)
        took, _ = counted("kubectl", step, kubectl, "apply", "--server-side", "-n", f"kubectl-{round}", "-f", many / "all.yaml")
        times[step, "kubectl"].append(took)
        if step == "install":
            bare.append(run(*bare_requests(f"bare-{round}"))[0])
            made = run(kubectl, "get", "cm,svc", "-n", f"bare-{round}", "-l", "app", "-o", "name")[1].stdout.split()
            if len(made) != 2 * EACH:
                sys.exit(f"bare requests made {len(made)} objects")
    for who in NAMESPACES:
        run(kubectl, "delete", "namespace", f"{who}-{round}", "--wait=true")
print(f"{2 * EACH} objects{'':9}{'Longshore ms':>14}{'Helm ms':>10}{'kubectl ms':>12}{'Helm/ours':>11}{'kubectl/ours':>14}{'requests/object':>17}")
for step in STEPS:
    ours, theirs, plain = (median(times[step, who]) for who in ("longshore", "helm", "kubectl"))
    print(f"{step:20}{ours:14.0f}{theirs:10.0f}{plain:12.0f}{theirs / ours:11.1f}{plain / ours:14.1f}{median(requests[step]) / (2 * EACH):17.3f}", flush=True)
ours, theirs, plain = median(times["install", "longshore"]), median(times["install", "helm"]), median(bare)
print(f"install by bare concurrent requests: {plain:.0f} ms; Helm takes {theirs / plain:.1f} times that, Longshore {ours / plain:.2f} times")
ours, theirs, plain = (median(own[who]) for who in ("longshore", "helm", "kubectl"))
print(f"processor time of the client for an install: Longshore {ours:.0f} ms, Helm {theirs:.0f} ms ({theirs / ours:.1f} times), kubectl {plain:.0f} ms ({plain / ours:.1f} times)")

# --- 26 releases ---
fleet = work / "fleet"
write(fleet / "chart/Chart.yaml", "apiVersion: v2\nname: part\nversion: 1.0.0\n")
write(fleet / "chart/values.yaml", "tag: v1\n")
write(fleet / "chart/templates/all.yaml", """{{- $name := .Release.Name }}
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ $name }}}
spec:
  selector: {matchLabels: {app: {{ $name }}}}
  template:
    metadata: {labels: {app: {{ $name }}}}
    spec: {containers: [{name: main, image: "example.com/part:{{ .Values.tag }}"}]}
---
apiVersion: v1
kind: Service
metadata: {name: {{ $name }}}
spec: {selector: {app: {{ $name }}}, ports: [{port: 80}]}
{{- range $i, $_ := until %d }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ $name }}-{{ $i }}}
data: {value: "{{ $i }}"}
{{- end }}
""" % (OBJECTS - 2))
names = [f"part-{i}" for i in range(RELEASES)]

def fleet_project(tag):
    releases = "\n".join(f"  {name}: {{chart: chart, set: {{tag: {tag}}}}}" for name in names)
    write(fleet / "longshore.yaml", f"""apiVersion: longshore.dev/v1alpha1
kind: Project
name: fleet
environments: {{bench: {{namespace: fleet}}}}
defaultEnvironment: bench
releases:
{releases}
""")

run(kubectl, "create", "namespace", "fleet")
fleet_project("v1")
run(longshore, "deploy", "--yes", cwd=fleet)
fleet_project("v2")
everything = "".join(run(helm, "template", name, fleet / "chart", "--set", "tag=v2")[1].stdout for name in names)
write(fleet / "all.yaml", everything)
# What kubectl applies is owned by it alone: a namespace of its own.
run(kubectl, "create", "namespace", "plain")
write(fleet / "old.yaml", everything.replace("part:v2", "part:v1"))
run(kubectl, "apply", "--server-side", "-n", "plain", "-f", fleet / "old.yaml")
plugin = os.environ.get("HELM_DIFF")
ours, plain, diff = [], [], []
for _ in range(runs):
    took, done = run(longshore, "plan", cwd=fleet)
    if done.stdout.count("example.com/part:v1 → example.com/part:v2") != RELEASES:
        sys.exit(f"the plan is wrong:\n{done.stdout}")
    ours.append(took)
    plain.append(run(kubectl, "diff", "--server-side", "-n", "plain", "-f", fleet / "all.yaml", codes=(1,))[0])
    if plugin:
        os.environ["HELM_PLUGINS"] = str(pathlib.Path(plugin).resolve().parent)
        diff.append(sum(run(helm, "diff", "upgrade", name, fleet / "chart", "-n", "fleet", "--set", "tag=v2")[0] for name in names))
print(f"\nplan of {RELEASES} releases of {OBJECTS} objects, one of each changed: {median(ours):.0f} ms; "
      f"kubectl diff --server-side: {median(plain):.0f} ms, {median(plain) / median(ours):.1f} times")
if diff:
    print(f"{RELEASES} times helm diff upgrade: {median(diff):.0f} ms, {median(diff) / median(ours):.1f} times")
else:
    print("SKIPPED helm diff: HELM_DIFF does not name the plugin's folder")
PY
