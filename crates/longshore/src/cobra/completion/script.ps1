# Completion of PROGRAM's command line for PowerShell.
#
# The program is asked what it may go on with. It answers with a candidate on each line, perhaps a tab and what it means
# behind it, and in the end a colon and a sum: 1 an error, 2 no space behind, 4 no files.

$__NAME_complete = {
    param($typed, $syntax, $position)

    # The first words call the program.
    $lead = LEAD
    $words = @($syntax.CommandElements |
            Where-Object { $_.Extent.StartOffset -lt $position } |
            ForEach-Object { "$_" })
    $program = $words[0]
    $below = @($words | Select-Object -Skip 1 -First ($lead - 1))
    $before = @($words | Select-Object -Skip $lead)
    if (-not $typed) { $before += '""' }
    $answer = @(& $program @below __complete @before 2>$null)
    if ($answer.Count -eq 0 -or $answer[-1] -notmatch '^:(\d+)$') { return }
    $sum = [int]$Matches[1]
    if ($sum -band 1) { return }

    # The value of a flag stands behind `=`.
    $prefix = if ($typed -match '^(-[^=]*=)') { $Matches[1] } else { '' }
    $space = if ($sum -band 2) { '' } else { ' ' }
    $offered = @($answer | Select-Object -SkipLast 1 | Where-Object { $_ -notlike '_activeHelp_*' } | ForEach-Object {
            $name, $meaning = $_ -split "`t", 2
            if (-not $meaning) { $meaning = $name }
            $text = "$prefix$name"
            if ($text -like "$typed*") {
                [System.Management.Automation.CompletionResult]::new("$text$space", $name, 'ParameterValue', $meaning)
            }
        })
    # Nothing at all leaves PowerShell to offer files; an empty text keeps it from that.
    if ($offered.Count -eq 0 -and ($sum -band 4)) { '' } else { $offered }
}
