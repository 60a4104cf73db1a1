# Mendpoint runner (5.1), third part: how that undo puts back what the change has set, item by item.

# What tries to put an attempt back have begun: by item what each left, null where nobody has seen it. All: the portal has
# begun, and any item may be half way.
function Get-Tried([string] $Path, [string] $Attempt) {
    if (-not [IO.File]::Exists("$Path.tried.json")) { return @{} }
    $tried = ConvertTo-Table (Read-RunFile "$Path.tried.json" $Attempt).items
    foreach ($item in @($tried.Keys)) { $tried[$item] = ConvertTo-Table $tried[$item] }
    $tried
}

function Add-Tried([string] $Path) {
    if (-not [IO.File]::Exists("$Path.armed.json")) { return }
    $tried = Get-Tried $Path $Request.of
    $tried['all'] = $null
    Set-RunFile "$Path.tried.json" (Get-RunBytes @{ items = $tried } $Request.of)
}

# What is put back of one item: of what the change set, whatever still is as we left it: as the change made it or wished
# it, or as a try to put it back did. Null where somebody else has changed any of that since: then all of it is theirs.
# What went away beside it comes back with it.
function Get-Back($Item, $States, $Now) {
    $back = @{}
    foreach ($name in $Item.undo.fields) {
        if (-not $Item.desired.ContainsKey($name) -or (Test-Same $Now[$name] $Item.before[$name])) { continue }
        if (-not (Test-Ours $name $States $Now)) { return $null }
        $back[$name] = $Item.before[$name]
    }
    if ($back.Count -eq 0) { return $back }
    foreach ($name in $Item.undo.fields) { if ($null -eq $Now[$name] -and $null -ne $Item.before[$name]) { $back[$name] = $Item.before[$name] } }
    $back
}

# Null among the states: what was begun there nobody has seen, so it may be anything.
function Test-Ours([string] $Name, $States, $Now) {
    foreach ($state in $States) { if ($null -eq $state -or (Test-Same $Now[$Name] $state[$Name])) { return $true } }
    $false
}

function Test-Same($One, $Other) { [string]::Equals((Format-Json $One), (Format-Json $Other), 'Ordinal') }

function Get-States($Item, $Made, $Tried) {
    $states = @($Item.desired)
    if ($null -ne $Made) { $states += $Made }
    foreach ($name in 'all', "$($Item.item)") { if ($Tried.ContainsKey($name)) { $states += , $Tried[$name] } }
    , $states
}

# Whether an event of the change came no further than half way, by what is there and by what the change has reported:
# a service that was to restart, say, and is stopped. Then it is made once more, which ends where it began.
function Test-Cut($Passed, $Item, $Made, $Now) {
    $field = $Passed.field
    if (-not $Item.desired.ContainsKey($Passed.event) -or $Passed.values -ccontains $Item.before[$field]) { return $false }
    $Passed.values -ccontains $Now[$field] -and ($null -eq $Made -or $Passed.values -ccontains $Made[$field])
}

# A try is noted before it writes, and what it left is noted after that: the next one knows its own traces.
function Undo-Item([string] $Path, $Item, $Tried, $Report) {
    $now = Read-Item $Item
    $made = Get-Made $Path $Item
    $back = Get-Back $Item (Get-States $Item $made $Tried) $now
    if ($null -eq $back) { [void] $Report.left.Add($Item.item); return }
    $cut = @(foreach ($passed in $Item.undo.passes) { if (Test-Cut $passed $Item $made $now) { $passed } })
    foreach ($passed in $cut) { $back[$passed.field] = $Item.before[$passed.field] }
    if ($back.Count -eq 0) { return }
    $name = "$($Item.item)"
    $Tried[$name] = $null
    Set-RunFile "$Path.tried.json" (Get-RunBytes @{ items = $Tried })
    try { Write-Back $Item $back (@($Item.undo.marks) + @(foreach ($passed in $cut) { $passed.event })) $now $Report }
    finally { try { $Tried[$name] = Read-Item $Item; Set-RunFile "$Path.tried.json" (Get-RunBytes @{ items = $Tried }) } catch { $course.unseen = $_ } }
}

function Write-Back($Item, $Back, $Marks, $Now, $Report) {
    $desired = $Back.Clone()
    foreach ($mark in $Marks) { $desired[$mark] = $true }
    $params = $Item.params
    if (@(& ([ScriptBlock]::Create($Item.write)) @params -Desired $desired -Before $Now).Count -ne 0) { throw 'a write must output nothing' }
    [void] $Report.written.Add($Item.item)
    if (-not (Test-Match $Back (Read-Item $Item))) { throw 'it is not as it was' }
}

# What the change made, as it has reported it; null where it has not.
function Get-Made([string] $Path, $Item) {
    if (-not [IO.File]::Exists("$Path.result.json")) { return $null }
    $after = (Read-RunFile "$Path.result.json").after
    if ($null -ne $after) { ConvertTo-Table $after[$Item.item] }
}

function Undo-All([string] $Path) {
    $report = @{ outcome = 'undone'; written = (New-Object System.Collections.ArrayList); left = (New-Object System.Collections.ArrayList); errors = $result.errors }
    $tried = Get-Tried $Path $Request.attempt
    for ($index = $items.Count - 1; $index -ge 0; $index--) {
        try { Undo-Item $Path $items[$index] $tried $report } catch { Add-Fault $items[$index].item 'write' $_ }
    }
    if ($report.left.Count -ne 0) { $report.outcome = 'left' }
    if ($result.errors.Count -ne 0) { $report.outcome = 'failed' }
    $report
}

# What is due, or has put access at risk and was not confirmed. A second start finds that it is done, or waits for the first.
function Invoke-Undo {
    $path = Get-RunPath $Request.attempt
    $held = Enter-Attempt $path 600
    try {
        $stands = Get-UndoState $path $Request.attempt
        if (-not (Test-Over $stands)) {
            if (-not $Request.at_start -and [string]::CompareOrdinal([DateTime]::UtcNow.ToString('s') + 'Z', $Request.due) -lt 0) { return 'done' }
            if ($null -eq $stands.outcome) { try { Write-Notice 'Mendpoint puts a change of this computer back.' } catch { $course.unseen = $_ } }
            $report = Undo-All $path
            Set-RunFile "$path.undone.json" (Get-RunBytes $report)
            if ($report.outcome -ceq 'failed') { return 'failed' }
        }
        Clear-UndoTask (Get-UndoName $Request.attempt)
    }
    finally { $held.Dispose() }
    'done'
}
