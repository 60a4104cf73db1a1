# Mendpoint runner (5.1): read all, compare, record, write, read again, report in ASCII lines marked with the nonce.
# Or settle: find out what became of an attempt, and see to it that one that has not begun never will. Or cancel: only that.
# Or disarm: take back the undo of an attempt. runner_tools.ps1, what it works with, and the undo, runner_undo.ps1 and
# runner_restore.ps1, stand before it; they are one text.

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
    try { Write-Notice 'Mendpoint is about to change this computer.' } catch { Add-Fault $null 'record' $_ }
    if ($null -ne $Request.of -and $result.errors.Count -eq 0) { try { Add-Tried (Get-RunPath $Request.of) } catch { Add-Fault $null 'record' $_ } }
    for ($index = 0; $index -lt $items.Count -and $result.errors.Count -eq 0; $index++) {
        try { if ($null -ne $items[$index].desired) { Write-Item $index $Before } } catch { Add-Fault $index 'write' $_ }
    }
    $course.waiting = New-Object System.Collections.ArrayList
    $after = Read-All 'check'
    $outcome = 'failed'
    if ($result.errors.Count -eq 0) { $outcome = 'done' }
    Save-Report $Path $Before $after $outcome
    Send-Waiting
    try { Remove-IdleTasks $Path; Remove-OldFiles $Path } catch { $course.unseen = $_ }
    $outcome
}

# The record, then the undo, then the writes: what the computer has to put back by itself and cannot, is not written.
function Start-Change([string] $Path, $Before) {
    $due = $null; $order = $null
    if ($null -ne $Request.undo) {
        $due = [DateTime]::UtcNow.AddSeconds($Request.undo.after).ToString('s') + 'Z'
        $order = New-UndoOrder $Before $due
    }
    try { if (-not (New-Record $Path $Before)) { return Get-Forestalled $Path } } catch { Add-Fault $null 'record' $_; return 'failed' }
    if ($null -eq $order) { return Invoke-Change $Path $Before }
    $held = Enter-Attempt $Path 0
    try {
        if (Test-Arming $Path $order $due) { return Invoke-Change $Path $Before }
        Save-Report $Path $Before $null 'not_armed'
        'not_armed'
    }
    finally { $held.Dispose() }
}

function Test-Arming([string] $Path, $Order, [string] $Due) {
    try { Enable-Undo $Path $Order $Due; $result.undo = Get-UndoState $Path $Request.attempt; $true } catch { Add-Fault $null 'arm' $_; $false }
}

function Test-Expected($Before) {
    for ($index = 0; $index -lt $items.Count; $index++) {
        if ($null -ne $items[$index].expected -and -not (Test-Match $items[$index].expected $Before[$index])) { return $false }
    }
    $true
}

function Invoke-Apply {
    $before = Read-All 'read'
    if ($result.ContainsKey('reason')) { return 'refused' }
    if ($result.errors.Count -ne 0) { return 'failed' }
    if (-not (Test-Expected $before)) { return 'drifted' }
    try { $path = Get-RunPath $Request.attempt } catch { Add-Fault $null 'record' $_; return 'failed' }
    Start-Change $path $before
}

# Who puts a change back for the computer holds it meanwhile, and takes the computer's own undo back once all is as it
# was: until then that stays, and goes on where we fail.
function Invoke-Return {
    try { $origin = Get-RunPath $Request.of; $held = Enter-Attempt $origin 20 } catch { Add-Fault $null 'record' $_; return 'failed' }
    try {
        $outcome = Invoke-Apply
        $result.undo = Get-UndoState $origin $Request.of
        if ($outcome -ceq 'done') { try { $result.undo = Disable-Undo $origin $Request.of } catch { $course.unseen = $_ } }
        $outcome
    }
    finally { $held.Dispose() }
}

# Of one attempt: what became of it, or that its undo is not needed any more.
function Invoke-Inquiry {
    try {
        $path = Get-RunPath $Request.attempt
        if ($Request.mode -cne 'disarm') { $result.attempt = Get-Attempt $path; return }
        $held = Enter-Attempt $path 20
        try { $result.undo = Disable-Undo $path $Request.attempt } finally { $held.Dispose() }
    }
    catch { Add-Fault $null 'record' $_ }
}

function Invoke-Request {
    if ($Request.mode -ceq 'undo') { return Invoke-Undo }
    $result.identity = Read-Item @{ read = "${function:Get-Identity}"; params = @{} }
    if ($null -ne $Request.identity -and -not (Test-Match (ConvertTo-Table $Request.identity) $result.identity)) { return 'identity_changed' }
    if ($Request.mode -ceq 'apply') { if ($null -eq $Request.of) { return Invoke-Apply } else { return Invoke-Return } }
    if ($Request.mode -cne 'read') { Invoke-Inquiry; if ($result.errors.Count -ne 0) { return 'failed' } }
    if ($Request.mode -ceq 'cancel') { return 'done' }
    [void] (Read-All 'read')
    if ($result.ContainsKey('reason')) { 'refused' } else { 'done' }
}

# A process does not end by itself while a reading that was left behind is still at work in it.
function Exit-Process([int] $Code) { [Environment]::Exit($Code) }

# Only an order of an undo has these.
function Get-Extra($Item, [string] $Name) { if ($Item.PSObject.Properties[$Name]) { $Item.$Name } }

$items = @(foreach ($item in $Request.items) {
        @{ resource = $item.resource; params = (ConvertTo-Table $item.params); read = $item.read; write = $item.write
            expected = (ConvertTo-Table $item.expected); desired = (ConvertTo-Table $item.desired); undo = $item.undo
            item = (Get-Extra $item 'item'); before = (ConvertTo-Table (Get-Extra $item 'before')) }
    })
$course = @{ session = $null; left = $false; unheard = $null; waiting = $null; unsaved = $null; unseen = $null }
$result = @{ outcome = 'failed'; identity = @{}
    written = (New-Object System.Collections.ArrayList); errors = (New-Object System.Collections.ArrayList) }
try { $result.outcome = Invoke-Request } catch { Add-Fault $null 'read' $_ }
Write-Mark 'result' $result
# Who looks into the Task Scheduler sees whether an undo came to its end; a visit ends with code 0 and says the rest.
$code = 0
if ($Request.mode -ceq 'undo' -and $result.outcome -cne 'done') { $code = 8 }
if ($course.left) { Exit-Process $code }
if ($code -ne 0) { exit $code }
