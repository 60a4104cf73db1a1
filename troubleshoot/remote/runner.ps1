# Mendpoint runner (5.1): read all, compare, record, write, read again, report in ASCII lines marked with the nonce.
# Or settle: find out what became of an attempt, and see to it that one that has not begun never will. Or cancel: only that.
# Its first part, runner_tools.ps1, is what it works with; they are one text.

function Read-All([string] $Stage) {
    $states = New-Object System.Collections.ArrayList
    for ($index = 0; $index -lt $items.Count; $index++) {
        Write-Mark 'progress' @{ item = $index; stage = $Stage; text = $items[$index].resource }
        $mark = @{ item = $index; stage = $Stage; state = $null }
        try { $mark.state = Read-Item $items[$index]; Write-Mark 'state' $mark }
        catch { Add-Fault $index 'read' $_; $mark.state = $null; Write-Mark 'state' $mark }
        [void] $states.Add($mark.state)
    }
    , $states
}

function Write-Item($Index, $Before) {
    $params = $items[$Index].params
    Write-Mark 'progress' @{ item = $Index; stage = 'write'; text = $items[$Index].resource }
    $output = @(& ([ScriptBlock]::Create($items[$Index].write)) @params -Desired $items[$Index].desired -Before $Before[$Index])
    [void] $result.written.Add($Index)
    if ($output.Count -ne 0) { throw 'a write must output nothing' }
}

function Invoke-Change([string] $Path, $Before) {
    try { Write-Notice } catch { Add-Fault $null 'record' $_ }
    for ($index = 0; $index -lt $items.Count -and $result.errors.Count -eq 0; $index++) {
        try { if ($null -ne $items[$index].desired) { Write-Item $index $Before } } catch { Add-Fault $index 'write' $_ }
    }
    $course.waiting = New-Object System.Collections.ArrayList
    $after = Read-All 'check'
    $outcome = 'failed'
    if ($result.errors.Count -eq 0) { $outcome = 'done' }
    Save-Report $Path $Before $after $outcome
    Send-Waiting
    $outcome
}

function Invoke-Request {
    $result.identity = Read-Item @{ read = "${function:Get-Identity}"; params = @{} }
    if ($null -ne $Request.identity -and -not (Test-Match (ConvertTo-Table $Request.identity) $result.identity)) { return 'identity_changed' }
    if ($Request.mode -ceq 'settle' -or $Request.mode -ceq 'cancel') {
        try { $result.attempt = Get-Attempt (Get-RunPath) } catch { Add-Fault $null 'record' $_; return 'failed' }
    }
    if ($Request.mode -ceq 'cancel') { return 'done' }
    $before = Read-All 'read'
    if ($result.ContainsKey('reason')) { return 'refused' }
    if ($Request.mode -cne 'apply') { return 'done' }
    if ($result.errors.Count -ne 0) { return 'failed' }
    for ($index = 0; $index -lt $items.Count; $index++) {
        if ($null -ne $items[$index].expected -and -not (Test-Match $items[$index].expected $before[$index])) { return 'drifted' }
    }
    try { $path = Get-RunPath; if (-not (New-Record $path $before)) { return Get-Forestalled $path } } catch { Add-Fault $null 'record' $_; return 'failed' }
    Invoke-Change $path $before
}

# A process does not end by itself while a reading that was left behind is still at work in it.
function Exit-Process { [Environment]::Exit(0) }

$items = @(foreach ($item in $Request.items) {
        @{ resource = $item.resource; params = (ConvertTo-Table $item.params); read = $item.read; write = $item.write
            expected = (ConvertTo-Table $item.expected); desired = (ConvertTo-Table $item.desired) }
    })
$course = @{ session = $null; left = $false; unheard = $null; waiting = $null; unsaved = $null }
$result = @{ outcome = 'failed'; identity = @{}
    written = (New-Object System.Collections.ArrayList); errors = (New-Object System.Collections.ArrayList) }
try { $result.outcome = Invoke-Request } catch { Add-Fault $null 'read' $_ }
Write-Mark 'result' $result
if ($course.left) { Exit-Process }
