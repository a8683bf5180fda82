# Completion of PROGRAM's command line for fish.
#
# The program is asked what it may go on with. It answers with a candidate on each line, perhaps a tab and what it means
# behind it, and in the end a colon and a sum: 1 an error, 2 no space behind, 4 no files.

function __NAME_offer
    # The first words call the program.
    set -l lead LEAD
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l before
    test (count $words) -gt $lead
    and set before $words[(math $lead + 1)..-1]
    set -l answer ($words[1..$lead] __complete $before "$typed" 2>/dev/null)
    or return
    set -l sum (string replace -r '^:' '' -- $answer[-1])
    string match -qr '^[0-9]+$' -- $sum
    or return
    test (math "bitand($sum, 1)") -eq 0
    or return

    # The value of a flag stands behind `=`.
    set -l prefix (string match -r -- '^-[^=]*=' "$typed")
    set -l offered 0
    for line in $answer[1..-2]
        if not string match -q '_activeHelp_*' -- $line
            set offered (math $offered + 1)
            echo "$prefix$line"
        end
    end
    if test $offered -eq 0; and test (math "bitand($sum, 4)") -eq 0
        __fish_complete_path "$typed"
    end
end
