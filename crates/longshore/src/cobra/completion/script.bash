# Completion of PROGRAM's command line for bash.
#
# The program is asked what it may go on with. It answers with a candidate on each line, perhaps a tab and what it means
# behind it, and in the end a colon and a sum: 1 an error, 2 no space behind, 4 no files.

_NAME_complete() {
    # The first words call the program.
    local lead=LEAD line="${COMP_LINE:0:COMP_POINT}" words typed answer sum candidate broken shown width=0
    local -a candidates=()
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    typed="${words[${#words[@]} - 1]}"
    answer=$("${words[@]:0:lead}" __complete "${words[@]:lead}" 2>/dev/null) || return
    sum="${answer##*:}"
    [[ $sum =~ ^[0-9]+$ ]] || return
    ((sum & 1)) && return

    # bash has broken the word at these characters, and replaces only what stands behind the last of them.
    broken="$typed"
    [[ $typed == *[=:]* ]] && broken="${typed##*[=:]}"
    while IFS= read -r candidate; do
        [[ -z $candidate || $candidate == _activeHelp_* || $candidate =~ ^:[0-9]+$ ]] && continue
        shown="${candidate%%$'\t'*}"
        [[ $typed == -*=* ]] || [[ $shown == "$typed"* ]] || continue
        candidate="${candidate#"${typed%"$broken"}"}"
        shown="${candidate%%$'\t'*}"
        [[ $shown == "$broken"* ]] || continue
        ((${#shown} > width)) && width=${#shown}
        candidates+=("$candidate")
    done <<<"$answer"

    COMPREPLY=()
    for candidate in "${candidates[@]}"; do
        shown="${candidate%%$'\t'*}"
        # What it means is shown where several are listed, and never typed.
        if ((${#candidates[@]} > 1 && COMP_TYPE == 63)) && [[ $candidate == *$'\t'* ]]; then
            printf -v shown '%-*s  (%s)' "$width" "$shown" "${candidate#*$'\t'}"
        fi
        COMPREPLY+=("$shown")
    done
    if [[ $(type -t compopt) == builtin ]]; then
        ((sum & 2)) && compopt -o nospace
        ((sum & 4)) && compopt +o default
    fi
}
