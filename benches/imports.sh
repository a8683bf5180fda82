#!/usr/bin/env bash
# Translates helmfiles with `longshore init --from`, and compares what helmfile and Longshore render of them, for each
# environment, document by document.
#
#   benches/imports.sh FOLDER…      each with a helmfile.yaml or helmfile.yaml.gotmpl; they are not changed
#
# Needs HELMFILE (a helmfile 1.x) and HELM (a real Helm). Charts that lie elsewhere are replaced, for both, by one that
# shows its values, name and namespace. Helmfiles of before 1.0, which are templates without saying so, are renamed.
set -euo pipefail
longshore=${LONGSHORE:-target/debug/longshore}
longshore=$(realpath "$longshore")
helmfile=${HELMFILE:?the path of helmfile}
export REAL_HELM=${HELM:?the path of a real Helm}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DUMP=$work/dump
mkdir -p "$DUMP/templates" "$work/bin"
printf 'apiVersion: v2\nname: dump\nversion: 1.0.0\n' >"$DUMP/Chart.yaml"
cat >"$DUMP/templates/values.yaml" <<'EOF'
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
data:
  values: {{ .Values | toJson | quote }}
EOF
# A Helm that has every chart.
cat >"$work/bin/helm" <<'EOF'
#!/usr/bin/env bash
while [ "$1" = --kube-context ]; do shift 2; done
case "$1" in
repo | registry | dependency | dep) exit 0 ;;
pull | fetch)
    for ((i = 2; i <= $#; i++)); do
        case "${!i}" in --destination | -d | --untardir) j=$((i + 1)); to=${!j} ;; esac
    done
    mkdir -p "$to" && cp -r "$DUMP" "$to/dump" && exit 0 ;;
template)
    args=("$@")
    if [[ "${args[1]}${args[2]}" != *--* ]]; then
        [ -e "${args[2]}" ] && [[ "${args[2]}" != */dump ]] || args[2]=$DUMP
    fi
    out=()
    for ((i = 0; i < ${#args[@]}; i++)); do
        case "${args[i]}" in --version) i=$((i + 1)) ;; --devel | --validate) ;; *) out+=("${args[i]}") ;; esac
    done
    exec "$REAL_HELM" "${out[@]}" ;;
*) exec "$REAL_HELM" "$@" ;;
esac
EOF
chmod +x "$work/bin/helm"

# The documents of a stream in order, each on a line, without comments of helmfile's and of sources.
documents() {
    awk 'function flush() { gsub(/\n+$/, "", doc); if (doc ~ /[^ \n]/) { gsub(/\n/, "\r", doc); print doc } doc = "" }
        /^---/ { flush(); next } /^# (Source|Namespace): / { next } { doc = doc $0 "\n" } END { flush() }' | LC_ALL=C sort
}

total=0 same=0
for folder in "$@"; do
    tree=$work/tree
    rm -rf "$tree" && cp -r "$folder" "$tree" && rm -f "$tree/longshore.yaml"
    # 1.x evaluates only what is called .gotmpl.
    while IFS= read -r file; do
        name=$(basename "$file")
        mv "$file" "$file.gotmpl"
        { grep -rlF "$name" "$tree" --include='*.yaml' --include='*.gotmpl' || true; } | xargs -r sed -i "s#\\b${name//./\\.}\\b\\(\\.gotmpl\\)\\?#$name.gotmpl#g"
    done < <(find "$tree" -name '*.yaml' -not -path '*/templates/*' -not -path '*/charts/*' -exec grep -lE '^(releases|helmfiles|bases|environments|repositories|templates):' {} + | xargs -r grep -l '{{' || true)
    # Nor does it take environments and releases from one part.
    { grep -rlE '^environments:' "$tree" --include='helmfile*' || true; } | while IFS= read -r file; do
        grep -qE '^releases:' "$file" || continue
        awk '/^[a-zA-Z]+:/ { now = ($0 ~ /^environments:/); if (seen && now != last) print "---"; last = now; seen = 1 } { print }' "$file" >"$file.new" && mv "$file.new" "$file"
    done
    # What is sealed is left out by both.
    find "$tree" -name 'helmfile*' -type f -o -name '*.gotmpl' -path '*helmfile*' -type f | while IFS= read -r file; do
        awk '{ match($0, /^ */); depth = RLENGTH }
            on && (depth > at || (depth == at && /^ *- /)) && !/^ *$/ { next } { on = 0 }
            /^ *(- )?secrets: *$/ { on = 1; at = depth; next } { print }' "$file" >"$file.new" && mv "$file.new" "$file"
    done
    # Charts in the tree whose dependencies are elsewhere are replaced as well.
    find "$tree" -name Chart.yaml | while IFS= read -r file; do
        chart=$(dirname "$file")
        if [ -e "$file" ] && grep -qE '^ +(- )?repository: .*(https?|oci)://' "$file" && [ ! -d "$chart/charts" ]; then
            rm -rf "$chart" && cp -r "$DUMP" "$chart"
        fi
    done
    main=$(find "$tree" -maxdepth 1 -name 'helmfile.yaml*' | sort | tail -1)
    # The first time tells what is not there; then it is there, and empty.
    "$longshore" init first --from "$main" --dir "$work/first" >"$work/init.out" 2>&1 || true
    [ ! -e "$work/first/longshore.todo.md" ] || {
        { grep -oE '(values|`:|`set` [^ ]+ of release `[^`]+`:) [^ ]+( of release `[^`]+`)?: (the file|it) is not there' "$work/first/longshore.todo.md" || true; } | sed 's/^values \([^ ]*\) of.*/\1/; t; s/.*`: //; s/[: ].*//' | while IFS= read -r file; do
            mkdir -p "$(dirname "$tree/$file")" && [ -e "$tree/$file" ] || echo '{}' >"$tree/$file"
        done
    }
    rm -rf "$work/first"
    if ! "$longshore" init "$(basename "$folder" | tr 'A-Z_.+' 'a-z---' | cut -c1-30)" --from "$main" --dir "$tree" >"$work/init.out" 2>&1; then
        echo "$folder: not translated: $(head -3 "$work/init.out" | tr '\n' ' ')"
        continue
    fi
    touch "$tree/longshore.todo.md"
    left=$(grep -c '^- \[ \]' "$tree/longshore.todo.md" || true)
    for variable in $(grep -oE '`requiredEnv "[A-Za-z0-9_]+"`' "$tree/longshore.todo.md" | cut -d'"' -f2 || true); do
        export "$variable=change-me"
    done
    projects=$(find "$tree" -name longshore.yaml | sort)
    for project in $projects; do
        base=$(dirname "$project")
        # Charts of repositories and registries are the one that shows its values.
        cp -r "$DUMP" "$base/dump-chart"
        sed -i -E 's/^( +chart: )\{repo: ([^{}]|\$\{[^{}]*\})*\}$/\1dump-chart/' "$project"
        for chart in $(grep -oE 'chart: (\.\./)?charts/[^ ]+' "$project" | cut -d' ' -f2 | sort -u); do
            [ -e "$base/$chart" ] || { mkdir -p "$base/$(dirname "$chart")" && cp -r "$DUMP" "$base/$chart"; }
        done
        # What is asked of the environment is the same for both.
        for variable in $(grep -oE '\{env: [A-Za-z0-9_]+\}' "$project" | tr -d '{}' | cut -d' ' -f2; grep -oE '^ +[A-Za-z0-9_]+: change-me' "$project" | tr -d ' ' | cut -d: -f1); do
            export "$variable=change-me"
        done
    done
    for environment in $(awk '/^environments:/ { on = 1; next } /^[a-z]/ { on = 0 } on && /^  [a-z0-9-]+:/ { sub(":.*", ""); print $1 }' "$tree/longshore.yaml"); do
        total=$((total + 1))
        if ! (cd "$tree" && PATH="$work/bin:$PATH" "$helmfile" --quiet --helm-binary "$work/bin/helm" -f "$(basename "$main")" -e "$environment" template --skip-deps --include-needs 2>"$work/theirs.err") >"$work/theirs"; then
            echo "$folder ($environment): helmfile fails: $(grep -v '^$' "$work/theirs.err" | head -2 | cut -c1-200 | tr '\n' ' ')"
            continue
        fi
        : >"$work/ours"
        ok=yes
        for project in $projects; do
            "$longshore" render -q -f "$project" -e "$environment" >>"$work/ours" 2>"$work/ours.err" || { ok=no; break; }
            echo '---' >>"$work/ours"
        done
        if [ $ok = no ]; then
            echo "$folder ($environment): Longshore does not render: $(head -2 "$work/ours.err" | cut -c1-300 | tr '\n' ' ')"
            continue
        fi
        documents <"$work/theirs" >"$work/theirs.docs"
        documents <"$work/ours" >"$work/ours.docs"
        number=$(wc -l <"$work/theirs.docs")
        if cmp -s "$work/theirs.docs" "$work/ours.docs"; then
            same=$((same + 1))
            echo "$folder ($environment): the same $number objects, $left to do"
        else
            echo "$folder ($environment): $(comm -12 "$work/theirs.docs" "$work/ours.docs" | wc -l) of $number objects the same, $left to do"
            if [ -n "${SHOW:-}" ]; then
                diff <(tr '\r' '\n' <"$work/theirs.docs") <(tr '\r' '\n' <"$work/ours.docs") | cut -c1-1500 | head -40 || true
            fi
        fi
    done
done
echo "$same of $total environments the same"
