# Mendpoint runner (5.1), second part: the undo that a computer makes by itself when the time of a change is over, or when
# nobody has come back after one that could cut our own access. runner_tools.ps1 stands before it and runner.ps1 after it;
# they are one text.

# What the task gives to powershell.exe: one line, the same for every change but for the attempt and the digest of its order.
# Both are part of the task, which only administrators may write: an order that somebody else has put into a folder of that
# name is not carried out. It is read once, so that what was proved is what is run.
# No quotation mark, percent sign or dollar bracket stands here: the Task Scheduler would read something into it.
$undoLine = @'
$ErrorActionPreference = 'Stop'; Set-StrictMode -Version 3.0; $root = [IO.Path]::Combine([Environment]::GetFolderPath('CommonApplicationData'), 'Mendpoint'); $runs = [IO.Path]::Combine($root, 'runs'); foreach ($folder in $root, $runs) { if (([IO.File]::GetAttributes($folder) -band [IO.FileAttributes]::ReparsePoint) -ne 0 -or [IO.Directory]::GetAccessControl($folder, 'Access, Owner').GetSecurityDescriptorSddlForm('Access, Owner') -cnotmatch 'PRIVATE') { exit 7 } }; $bytes = [IO.File]::ReadAllBytes([IO.Path]::Combine($runs, 'ATTEMPT.undo.json')); if ((Get-FileHash -InputStream ([IO.MemoryStream]::new($bytes)) -Algorithm SHA256).Hash -cne 'DIGEST') { exit 6 }; $order = ConvertFrom-Json -InputObject ([Text.Encoding]::ASCII.GetString($bytes)); & ([ScriptBlock]::Create($order.runner)) $order
'@

# A program by its whole path: as SYSTEM nothing is looked for. What failed is tried again for a day, and at each start.
$undoProgram = '%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe'
$undoTask = @'
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
<RegistrationInfo><Description>Puts back a change that Mendpoint made, unless Mendpoint does so itself.</Description></RegistrationInfo>
<Triggers><TimeTrigger><Repetition><Interval>PT15M</Interval><Duration>P1D</Duration></Repetition><StartBoundary>DUE</StartBoundary></TimeTrigger>
<BootTrigger><Delay>PT1M</Delay></BootTrigger></Triggers>
<Principals><Principal id="Author"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>
<Settings><MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy><DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries><StartWhenAvailable>true</StartWhenAvailable>
<ExecutionTimeLimit>PT2H</ExecutionTimeLimit></Settings>
<Actions Context="Author"><Exec><Command>PROGRAM</Command><Arguments>LINE</Arguments></Exec></Actions>
</Task>
'@

# Calls that only Windows has, each by itself: the Task Scheduler by COM. The cmdlets of 5.1 go through WMI, take seconds
# to load, and fail for one task where another one is damaged; COM asks for the one that is meant, since Windows Vista.
function Get-TaskFolder { $service = New-Object -ComObject Schedule.Service; $service.Connect(); $service.GetFolder('\') }

# 2: only a new one. 5: an account of the system, which has no password. Whoever made it may be no administrator any more
# when it runs: so it says itself who may write it.
function Register-UndoTask([string] $Name, [string] $Xml) {
    [void] (Get-TaskFolder).RegisterTask($Name, $Xml, 2, 'SYSTEM', $null, 5, 'D:P(A;;FA;;;SY)(A;;FA;;;BA)')
}

function Find-UndoTask([string] $Name) {
    try { $task = (Get-TaskFolder).GetTask($Name) }
    catch { if ($_.Exception.GetBaseException() -is [IO.FileNotFoundException]) { return $null } else { throw } }
    @{ xml = "$($task.Xml)"; enabled = [bool] $task.Enabled; next = $task.NextRunTime.ToUniversalTime().ToString('s') + 'Z' }
}

function Remove-UndoTask([string] $Name) { (Get-TaskFolder).DeleteTask($Name, 0) }

# Whoever writes for an attempt holds this file: its change, its undo, and who takes the undo back. The process that holds
# it may end in any way: then it is free.
function Enter-Attempt([string] $Path, [int] $Seconds) {
    for ($waited = 0; ; $waited++) {
        try {
            return [IO.FileStream]::new("$Path.lock", [IO.FileMode]::OpenOrCreate, [IO.FileAccess]::ReadWrite, [IO.FileShare]::None)
        }
        catch { if ($waited -ge $Seconds -or $_.Exception.GetBaseException() -isnot [IO.IOException]) { throw } }
        Start-Sleep -Seconds 1
    }
}

function Get-UndoName([string] $Attempt) { "Mendpoint undo $Attempt" }

function Get-UndoArguments([string] $Digest) {
    $line = $undoLine.Replace('PRIVATE', $administratorsOnly).Replace('ATTEMPT', $Request.attempt).Replace('DIGEST', $Digest)
    '-NoProfile -NonInteractive -Command "' + $line + '"'
}

# What the undo will be given: what a request is, so that the same text can do it.
function New-UndoOrder($Before, [string] $Due) {
    $entries = for ($index = 0; $index -lt $items.Count; $index++) {
        $item = $items[$index]
        if ($null -ne $item.desired -and $null -ne $item.undo) {
            @{ item = $index; resource = $item.resource; params = $item.params; read = $item.read; write = $item.write; expected = $null
                desired = $item.desired; before = $Before[$index]; undo = $item.undo }
        }
    }
    Get-RunBytes @{ mode = 'undo'; runner = $Request.runner; nonce = $Request.nonce; job = $Request.job; case = $Request.case
        identity = $null; read_seconds = $Request.read_seconds; due = $Due; at_start = $Request.undo.at_start; items = @($entries) }
}

function Get-Digest($Bytes) { (Get-FileHash -InputStream ([IO.MemoryStream]::new($Bytes)) -Algorithm SHA256).Hash }

# By what the Task Scheduler itself says of it: enabled, as SYSTEM, on battery too, by time and at each start, and for us.
function Assert-Armed([string] $Name, [string] $Arguments, [string] $Due) {
    $found = Find-UndoTask $Name
    if ($null -eq $found) { throw 'the task was taken, and is not there' }
    $task = ([xml] $found.xml).Task
    $as = @($task.Principals.Principal.UserId, $task.Actions.Exec.Command, $task.Actions.Exec.Arguments, $task.Triggers.TimeTrigger.StartBoundary,
        $task.Settings.DisallowStartIfOnBatteries, $task.Settings.StopIfGoingOnBatteries, $task.Settings.StartWhenAvailable)
    $wanted = @('S-1-5-18', $undoProgram, $Arguments, $Due, 'false', 'false', 'true')
    if ((Format-Json $as) -cne (Format-Json $wanted) -or $null -eq $task.Triggers.BootTrigger) { throw 'the task is another one than was asked for' }
    $late = [string]::CompareOrdinal($found.next, [DateTime]::UtcNow.ToString('s') + 'Z') -le 0
    if (-not $found.enabled -or $late) { throw 'the task is not going to be started' }
}

# Before the first write: the order is kept, the task is made and read back, and that is noted beside the record.
function Enable-Undo([string] $Path, $Order, [string] $Due) {
    $name = Get-UndoName $Request.attempt
    if (-not (New-File "$Path.undo.json" $Order)) { throw 'an order of this attempt is here already' }
    $arguments = Get-UndoArguments (Get-Digest $Order)
    $xml = $undoTask.Replace('DUE', $Due).Replace('PROGRAM', $undoProgram).Replace('LINE', $arguments.Replace('&', '&amp;'))
    try {
        Register-UndoTask $name $xml
        Assert-Armed $name $arguments $Due
        [void] (New-RunFile "$Path.armed.json" @{ due = $Due })
    }
    catch { $why = $_; try { Clear-UndoTask $name } catch { $course.unseen = $_ }; throw $why }
}

function Clear-UndoTask([string] $Name) { if ($null -ne (Find-UndoTask $Name)) { Remove-UndoTask $Name } }

# What stands of the undo of an attempt: none, armed, lost (its task is gone), fired or disarmed. Where the Task
# Scheduler does not answer, it counts as armed: nobody has seen it go.
function Get-UndoState([string] $Path, [string] $Attempt) {
    $found = @{ state = 'none'; due = $null; at = $null; outcome = $null; left = @() }
    if (-not [IO.File]::Exists("$Path.armed.json")) { return $found }
    $found.due = (Read-RunFile "$Path.armed.json" $Attempt).due
    $found.state = 'armed'
    if ([IO.File]::Exists("$Path.disarmed.json")) { $found.state = 'disarmed' }
    elseif ([IO.File]::Exists("$Path.undone.json")) {
        $report = Read-RunFile "$Path.undone.json" $Attempt
        $found.state = 'fired'
        foreach ($name in 'at', 'outcome', 'left') { $found[$name] = $report.$name }
    }
    else { try { if ($null -eq (Find-UndoTask (Get-UndoName $Attempt))) { $found.state = 'lost' } } catch { $course.unseen = $_ } }
    $found
}

# For whoever holds the attempt. An undo that has come to its good end is not taken back; one that failed is.
function Disable-Undo([string] $Path, [string] $Attempt) {
    $found = Get-UndoState $Path $Attempt
    if ($found.state -ceq 'none' -or $found.state -ceq 'disarmed') { return $found }
    Clear-UndoTask (Get-UndoName $Attempt)
    if ($found.state -ceq 'fired' -and $found.outcome -cne 'failed') { return $found }
    [void] (New-RunFile "$Path.disarmed.json" @{ due = $found.due } $Attempt)
    Get-UndoState $Path $Attempt
}

# What nobody has written to for 30 days goes, a few files at a time; nothing of an attempt that a task still stands for.
function Remove-OldFiles([string] $Path) {
    $before = [DateTime]::UtcNow.AddDays(-30)
    $kept = @{}
    foreach ($own in $Request.attempt, $Request.of) { if ($null -ne $own) { $kept[$own] = $true } }
    $left = 200
    foreach ($file in [IO.Directory]::GetFiles([IO.Path]::GetDirectoryName($Path))) {
        if ($left -eq 0) { return }
        if ([IO.File]::GetLastWriteTimeUtc($file) -ge $before) { continue }
        $attempt = [IO.Path]::GetFileName($file).Split('.')[0]
        if (-not $kept.ContainsKey($attempt)) { $kept[$attempt] = $null -ne (Find-UndoTask (Get-UndoName $attempt)) }
        if (-not $kept[$attempt]) { [IO.File]::Delete($file); $left-- }
    }
}

# What is put back of one item: of what the change set, whatever still is as the change made it. Null where somebody else
# has changed any of that since: then all of it is theirs. What went away beside it comes back with it.
function Get-Back($Item, $Made, $Now) {
    $back = @{}
    foreach ($name in $Item.undo.fields) {
        if (-not $Item.desired.ContainsKey($name) -or (Test-Same $Now[$name] $Item.before[$name])) { continue }
        if (-not ((Test-Same $Now[$name] $Made[$name]) -or (Test-Same $Now[$name] $Item.desired[$name]))) { return $null }
        $back[$name] = $Item.before[$name]
    }
    if ($back.Count -eq 0) { return $back }
    foreach ($name in $Item.undo.fields) { if ($null -eq $Now[$name] -and $null -ne $Item.before[$name]) { $back[$name] = $Item.before[$name] } }
    $back
}

function Test-Same($One, $Other) { [string]::Equals((Format-Json $One), (Format-Json $Other), 'Ordinal') }

function Undo-Item($Item, $Made, $Report) {
    $now = Read-Item $Item
    $back = Get-Back $Item $Made $now
    if ($null -eq $back) { [void] $Report.left.Add($Item.item); return }
    if ($back.Count -eq 0) { return }
    $desired = $back.Clone()
    foreach ($mark in $Item.undo.marks) { $desired[$mark] = $true }
    $params = $Item.params
    if (@(& ([ScriptBlock]::Create($Item.write)) @params -Desired $desired -Before $now).Count -ne 0) { throw 'a write must output nothing' }
    [void] $Report.written.Add($Item.item)
    if (-not (Test-Match $back (Read-Item $Item))) { throw 'it is not as it was' }
}

# What the change made, as it has reported it; where it has not, what it wished.
function Get-Made([string] $Path, $Item) {
    if ([IO.File]::Exists("$Path.result.json")) {
        $after = (Read-RunFile "$Path.result.json").after
        if ($null -ne $after -and $null -ne $after[$Item.item]) { return ConvertTo-Table $after[$Item.item] }
    }
    $Item.desired
}

function Undo-All([string] $Path) {
    $report = @{ outcome = 'undone'; written = (New-Object System.Collections.ArrayList); left = (New-Object System.Collections.ArrayList); errors = $result.errors }
    for ($index = $items.Count - 1; $index -ge 0; $index--) {
        $item = $items[$index]
        try { Undo-Item $item (Get-Made $Path $item) $report } catch { Add-Fault $item.item 'write' $_ }
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
        $over = $stands.state -ceq 'disarmed' -or ($stands.state -ceq 'fired' -and $stands.outcome -cne 'failed')
        if (-not $over) {
            if (-not $Request.at_start -and [string]::CompareOrdinal([DateTime]::UtcNow.ToString('s') + 'Z', $Request.due) -lt 0) { return 'done' }
            try { Write-Notice 'Mendpoint puts a change of this computer back.' } catch { $course.unseen = $_ }
            $report = Undo-All $path
            Save-Undo $path $report
            if ($report.outcome -ceq 'failed') { return 'failed' }
        }
        Clear-UndoTask (Get-UndoName $Request.attempt)
    }
    finally { $held.Dispose() }
    'done'
}

# A report of a try that failed gives way to that of the next one.
function Save-Undo([string] $Path, $Report) {
    foreach ($old in "$Path.undone.json", "$Path.undone.part") { [IO.File]::Delete($old) }
    if (New-RunFile "$Path.undone.part" $Report) { [IO.File]::Move("$Path.undone.part", "$Path.undone.json") }
}
