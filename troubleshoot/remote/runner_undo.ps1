# Mendpoint runner (5.1), second part: the undo that a computer makes by itself when the time of a change is over, or when
# nobody has come back after one that could cut our own access: how it is armed, how it stands, how it is taken back.
# runner_tools.ps1 stands before it, runner_restore.ps1 and runner.ps1 after it; they are one text.

# What the task gives to powershell.exe: one line, the same for every change but for the attempt and the digest of its order.
# Both are part of the task, which only administrators may write: an order that somebody else has put into a folder of that
# name is not carried out. It is read once, so that what was proved is what is run.
# No quotation mark, percent sign or dollar bracket stands here: the Task Scheduler would read something into it.
$undoLine = @'
$ErrorActionPreference = 'Stop'; Set-StrictMode -Version 3.0; $root = [IO.Path]::Combine([Environment]::GetFolderPath('CommonApplicationData'), 'Mendpoint'); $runs = [IO.Path]::Combine($root, 'runs'); foreach ($folder in $root, $runs) { if (([IO.File]::GetAttributes($folder) -band [IO.FileAttributes]::ReparsePoint) -ne 0 -or [IO.Directory]::GetAccessControl($folder, 'Access, Owner').GetSecurityDescriptorSddlForm('Access, Owner') -cnotmatch 'PRIVATE') { exit 7 } }; $bytes = [IO.File]::ReadAllBytes([IO.Path]::Combine($runs, 'ATTEMPT.undo.json')); if ((Get-FileHash -InputStream ([IO.MemoryStream]::new($bytes)) -Algorithm SHA256).Hash -cne 'DIGEST') { exit 6 }; $order = ConvertFrom-Json -InputObject ([Text.Encoding]::ASCII.GetString($bytes)); & ([ScriptBlock]::Create($order.runner)) $order
'@

# A program by its whole path: as SYSTEM nothing is looked for. What failed is tried again every 15 minutes, for ever, and
# at each start. Six hours are longer than all bounded waits of an undo together: nothing but a hang is ended in a write.
$undoProgram = '%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe'
$undoTask = @'
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
<RegistrationInfo><Description>Puts back a change that Mendpoint made, unless Mendpoint does so itself.</Description></RegistrationInfo>
<Triggers><TimeTrigger><Repetition><Interval>PT15M</Interval></Repetition><StartBoundary>DUE</StartBoundary></TimeTrigger>
<BootTrigger><Delay>PT1M</Delay></BootTrigger></Triggers>
<Principals><Principal id="Author"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>
<Settings><MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy><DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries><StartWhenAvailable>true</StartWhenAvailable>
<ExecutionTimeLimit>PT6H</ExecutionTimeLimit></Settings>
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

# 1: hidden ones too.
function Get-UndoAttempts {
    foreach ($task in (Get-TaskFolder).GetTasks(1)) { if ($task.Name -cmatch '^Mendpoint undo ([0-9a-f-]{36})$') { $Matches[1] } }
}

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
    Set-RunFile "$Path.undo.json" $Order
    $arguments = Get-UndoArguments (Get-Digest $Order)
    $xml = $undoTask.Replace('DUE', $Due).Replace('PROGRAM', $undoProgram).Replace('LINE', $arguments.Replace('&', '&amp;'))
    try {
        Register-UndoTask $name $xml
        Assert-Armed $name $arguments $Due
        Set-RunFile "$Path.armed.json" (Get-RunBytes @{ due = $Due })
    }
    catch { $why = $_; try { Clear-UndoTask $name } catch { $course.unseen = $_ }; throw $why }
}

function Clear-UndoTask([string] $Name) { if ($null -ne (Find-UndoTask $Name)) { Remove-UndoTask $Name } }

# Where the Task Scheduler does not answer, a task counts as ready: nobody has seen it go.
function Test-Ready([string] $Attempt) {
    try { $task = Find-UndoTask (Get-UndoName $Attempt); $null -ne $task -and $task.enabled } catch { $course.unseen = $_; $true }
}

# What stands of the undo of an attempt: none, armed, lost (its task is gone or switched off), fired or disarmed; and what
# its last try has reported, whatever became of it since.
function Get-UndoState([string] $Path, [string] $Attempt) {
    $found = @{ state = 'none'; due = $null; at = $null; outcome = $null; left = @() }
    if (-not [IO.File]::Exists("$Path.armed.json")) { return $found }
    $found.due = (Read-RunFile "$Path.armed.json" $Attempt).due
    $found.state = 'armed'
    if ([IO.File]::Exists("$Path.undone.json")) {
        $report = Read-RunFile "$Path.undone.json" $Attempt
        $found.state = 'fired'
        foreach ($name in 'at', 'outcome', 'left') { $found[$name] = $report.$name }
    }
    if ([IO.File]::Exists("$Path.disarmed.json")) { $found.state = 'disarmed' }
    elseif (-not (Test-Over $found) -and -not (Test-Ready $Attempt)) { $found.state = 'lost' }
    $found
}

function Test-Over($Found) { $Found.state -ceq 'disarmed' -or ($Found.state -ceq 'fired' -and $Found.outcome -cne 'failed') }

# For whoever holds the attempt. An undo that has come to its good end is not taken back; one that failed is. A task of
# which nothing is noted goes too: whoever made it has come no further.
function Disable-Undo([string] $Path, [string] $Attempt) {
    $found = Get-UndoState $Path $Attempt
    if ($found.state -ceq 'disarmed') { return $found }
    Clear-UndoTask (Get-UndoName $Attempt)
    if ($found.state -ceq 'none' -or (Test-Over $found)) { return $found }
    Set-RunFile "$Path.disarmed.json" (Get-RunBytes @{ due = $found.due } $Attempt)
    Get-UndoState $Path $Attempt
}

# Tasks that stand for nothing: with no order, never noted by whoever made them, or over. Who is at work for an attempt
# holds it; then its task is left alone.
function Remove-IdleTasks([string] $Path) {
    foreach ($attempt in @(Get-UndoAttempts)) {
        $other = Join-Path ([IO.Path]::GetDirectoryName($Path)) $attempt
        try { $held = Enter-Attempt $other 0 } catch { $course.unseen = $_; continue }
        try {
            $found = Get-UndoState $other $attempt
            if ($found.state -ceq 'none' -or (Test-Over $found) -or -not [IO.File]::Exists("$other.undo.json")) { Clear-UndoTask (Get-UndoName $attempt) }
        }
        finally { $held.Dispose() }
    }
}

# What nobody has written to for 30 days goes, a few files at a time; nothing of an attempt that a task still stands for,
# and never a record: of what has run nobody may be told that it never began.
function Remove-OldFiles([string] $Path) {
    $before = [DateTime]::UtcNow.AddDays(-30)
    $kept = @{}
    foreach ($own in @($Request.attempt, $Request.of) + @(Get-UndoAttempts)) { if ($null -ne $own) { $kept[$own] = $true } }
    $left = 200
    foreach ($file in [IO.Directory]::GetFiles([IO.Path]::GetDirectoryName($Path))) {
        if ($left -eq 0) { return }
        $name = [IO.Path]::GetFileName($file)
        $attempt = $name.Split('.')[0]
        if ($name -ceq "$attempt.json" -or $kept.ContainsKey($attempt) -or [IO.File]::GetLastWriteTimeUtc($file) -ge $before) { continue }
        [IO.File]::Delete($file)
        $left--
    }
}
