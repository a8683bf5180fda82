# Completion of PROGRAM's command line for zsh.
#
# The program is asked what it may go on with. It answers with a candidate on each line, perhaps a tab and what it means
# behind it, and in the end a colon and a sum: 1 an error, 2 no space behind, 4 no files.

_NAME_complete() {
    # The first words call the program.
    local lead=LEAD answer line sum name prefix=""
    local -a candidates options asked
    asked=("${(@)words[1,CURRENT]}")
    answer=$("${(@)asked[1,lead]}" __complete "${(@)asked[lead+1,-1]}" 2>/dev/null) || return 1
    sum="${answer##*:}"
    [[ $sum == <-> ]] || return 1
    (( sum & 1 )) && return 1

    # The value of a flag stands behind `=`.
    if [[ ${asked[-1]} == -*=* ]]; then
        prefix="${asked[-1]%%=*}="
    fi
    for line in "${(@f)answer}"; do
        [[ -z $line || $line == :<-> ]] && continue
        if [[ $line == _activeHelp_* ]]; then
            _message -r "${line#_activeHelp_ }"
            continue
        fi
        name="${prefix}${line%%$'\t'*}"
        name="${name//:/\\:}"
        if [[ $line == *$'\t'* ]]; then
            candidates+=("$name:${line#*$'\t'}")
        else
            candidates+=("$name")
        fi
    done
    (( sum & 2 )) && options=(-S '')
    if (( ${#candidates} )); then
        _describe PROGRAM candidates "${options[@]}" && return 0
    fi
    (( sum & 4 )) && return 1
    _files
}
