# Mendpoint runner (5.1), first part: what it works with. The second and third, runner_undo.ps1 and runner_restore.ps1, are
# the undo on the computer itself, the fourth, runner.ps1, what it does; they are one text.
param($Request)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

function ConvertTo-Table($Source) {
    if ($null -eq $Source) { return $null }
    $table = @{}
    foreach ($property in $Source.PSObject.Properties) { $table[$property.Name] = $property.Value }
    $table
}

function Test-Table($Value) { $Value -is [System.Collections.IDictionary] -or $Value -is [System.Management.Automation.PSCustomObject] }

# ConvertTo-Json of 5.1 cuts at a depth, turns wrapped lists into {value, Count} and mangles dates: own writer.
function Format-Text([string] $Text) {
    '"' + [regex]::Replace($Text, '[^ !#-\[\]-~]', { param($match) '\u{0:x4}' -f [int] $match.Value[0] }) + '"'
}

function Format-Json($Value) {
    if ($null -eq $Value) { return 'null' }
    if ($Value -is [string]) { return Format-Text $Value }
    if ($Value -is [bool]) { if ($Value) { return 'true' } else { return 'false' } }
    if (Test-Table $Value) {
        if ($Value -isnot [System.Collections.IDictionary]) { $Value = ConvertTo-Table $Value }
        return '{' + (@(foreach ($name in $Value.Keys) { (Format-Text $name) + ':' + (Format-Json $Value[$name]) }) -join ',') + '}'
    }
    if ($Value -is [System.Collections.IList]) {
        return '[' + (@(foreach ($entry in $Value) { Format-Json $entry }) -join ',') + ']'
    }
    if ($Value -is [int] -or $Value -is [long] -or $Value -is [uint32] -or $Value -is [uint16] -or $Value -is [byte]) {
        return $Value.ToString([System.Globalization.CultureInfo]::InvariantCulture)
    }
    throw "a state cannot hold a $($Value.GetType().FullName)"
}

# Whoever listens may have gone. That never ends a change: from the first line that fails, nothing more is said.
function Send-Line([string] $Line) {
    if ($null -ne $course.unheard) { return }
    try { [Console]::Out.WriteLine($Line) } catch { $course.unheard = $_ }
}

# Somebody may also be there and not read: a full pipe would hold us up. What is said before the report is kept waits for it.
function Write-Mark([string] $Kind, $Body) {
    $line = '#mendpoint {0} {1} {2}' -f $Request.nonce, $Kind, (Format-Json $Body)
    if ($null -ne $course.waiting) { [void] $course.waiting.Add($line) } else { Send-Line $line }
}

function Send-Waiting {
    $lines = $course.waiting
    $course.waiting = $null
    foreach ($line in $lines) { Send-Line $line }
}

function Add-Fault($Index, [string] $Stage, $Fault) {
    if ("$($Fault.FullyQualifiedErrorId)" -like '*ScriptContainedMaliciousContent*') { $result.reason = 'antimalware' }
    $text = "$($Fault.Exception.Message)"
    [void] $result.errors.Add(@{ index = $Index; stage = $Stage; text = $text.Substring(0, [Math]::Min(500, $text.Length)) })
}

# Key by key, ordinal: the writer is exact for each type; -eq folds case, overlooks invisible characters, searches lists.
function Test-Match($Wanted, $State) {
    foreach ($name in $Wanted.Keys) {
        if (-not $State.ContainsKey($name)) { return $false }
        if (-not [string]::Equals((Format-Json $Wanted[$name]), (Format-Json $State[$name]), 'Ordinal')) { return $false }
    }
    $true
}

# A reading of its own. Three marks that survive a rename. The computer SID is the SID of the local account with relative identifier 500,
# without that last part; a domain controller has no local accounts and answers with an empty string.
function Get-Identity {
    $key = Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Cryptography' -Name MachineGuid
    $product = Get-CimInstance -ClassName Win32_ComputerSystemProduct -Property UUID
    $sid = ''
    $accounts = @(Get-CimInstance -ClassName Win32_UserAccount -Filter 'LocalAccount = TRUE' -Property SID)
    foreach ($account in $accounts) { if ($account.SID -match '^(S-1-5-21-.+)-500$') { $sid = $Matches[1] } }
    @{ machine_guid = "$($key.MachineGuid)"; smbios_uuid = "$($product.UUID)"; computer_sid = $sid }
}

# Readings have a session of their own, made as powershell.exe makes its own, and each a thread that ends with it: one that
# waited for the next reading would keep the process. What one of them outputs or throws comes in
# a table: a result of the call would be wrapped, and so would the error, whose identifier is needed as it was thrown.
$reading = 'param($Text, $Params, $Box) Set-StrictMode -Version 3.0; $ErrorActionPreference = "Stop"; $ProgressPreference = "SilentlyContinue"
    try { $Box.output = @(& ([ScriptBlock]::Create($Text)) @Params) } catch { $Box.fault = $_ }'

function New-ReadSession {
    $session = [RunspaceFactory]::CreateRunspace([System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2())
    $session.Open()
    $session
}

# An overdue reading is left behind with its session: nobody waits until it stops, and the next one gets a new session.
function Invoke-Reading($Item) {
    if ($null -eq $course.session) { $course.session = New-ReadSession }
    $box = @{ output = @(); fault = $null }
    $shell = [PowerShell]::Create()
    $shell.Runspace = $course.session
    [void] $shell.AddScript($reading, $true).AddArgument($Item.read).AddArgument($Item.params).AddArgument($box)
    $call = $shell.BeginInvoke()
    if (-not $call.AsyncWaitHandle.WaitOne([int] (1000 * $Request.read_seconds))) {
        $course.session = $null
        $course.left = $true
        [void] $shell.BeginStop($null, $null)
        throw 'overdue'
    }
    [void] $shell.EndInvoke($call)
    $shell.Dispose()
    if ($null -ne $box.fault) { throw $box.fault }
    , $box.output
}

function Read-Item($Item) {
    $output = Invoke-Reading $Item
    if ($output.Count -ne 1 -or $output[0] -isnot [hashtable]) { throw 'a read must output exactly one table' }
    foreach ($value in $output[0].Values) {
        foreach ($entry in @($value)) { if ((Test-Table $entry) -or $entry -is [System.Collections.IList]) { throw 'a state is flat' } }
    }
    $output[0]
}

# Calls that only Windows has, each by itself: the folder of programs' data, a folder that is private from its first
# moment, who owns and who may enter one, whether the event log knows us, and when a process began.
function Get-DataFolder { [Environment]::GetFolderPath('CommonApplicationData') }

function New-PrivateFolder([string] $Path) {
    $security = New-Object System.Security.AccessControl.DirectorySecurity
    $security.SetSecurityDescriptorSddlForm('O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)')
    [void] [IO.Directory]::CreateDirectory($Path, $security)
}

function Get-FolderAccess([string] $Path) {
    [IO.Directory]::GetAccessControl($Path, 'Access, Owner').GetSecurityDescriptorSddlForm('Access, Owner')
}

function Test-EventSource { [Diagnostics.EventLog]::SourceExists('Mendpoint') }

# Empty when there is no such process. That of process 4, the system itself, changes at each start of Windows, and other
# than the time of the last start it stays when the clock is set.
function Get-ProcessStart([int] $Id) {
    $found = Get-CimInstance -ClassName Win32_Process -Filter "ProcessId = $Id" -Property CreationDate
    if ($null -eq $found -or $null -eq $found.CreationDate) { return '' }
    $found.CreationDate.ToUniversalTime().ToString('s') + 'Z'
}

# Owned by administrators, protected from what is above it, and open to the system and to them alone.
$administratorsOnly = '^O:BAD:P(AI|AR)*(\(A;\w*;\w+;;;(SY|BA)\))+$'

# Users may create folders in ProgramData: one that administrators neither own nor keep for themselves is refused.
function Assert-Private([string] $Path) {
    if (-not [IO.Directory]::Exists($Path)) { New-PrivateFolder $Path }
    $link = ([IO.File]::GetAttributes($Path) -band [IO.FileAttributes]::ReparsePoint) -ne 0
    if ($link -or (Get-FolderAccess $Path) -cnotmatch $administratorsOnly) { throw "$Path is not private to administrators" }
}

# The files of an attempt, without their endings: .json, its record or its tombstone, .result.json, its report, and what
# belongs to its undo: .undo.json, what is to be put back, .armed.json, .tried.json, what tries of it have begun,
# .undone.json, .disarmed.json, and .lock.
function Get-RunPath([string] $Attempt) {
    $root = Join-Path (Get-DataFolder) 'Mendpoint'
    $folder = Join-Path $root 'runs'
    foreach ($private in $root, $folder) { Assert-Private $private }
    Join-Path $folder $Attempt
}

# True when the file is new and safely on the disk; false when somebody was here before. Values and no texts: three
# constructors of 5.1 take six arguments, and with texts it would choose one without WriteThrough.
function New-File([string] $Path, $Bytes) {
    try {
        $stream = [IO.FileStream]::new($Path, [IO.FileMode]::CreateNew, [IO.FileAccess]::Write, [IO.FileShare]::None, 4096,
            [IO.FileOptions]::WriteThrough)
    }
    catch { if ([IO.File]::Exists($Path)) { return $false } else { throw } }
    try { $stream.Write($Bytes, 0, $Bytes.Length); $stream.Flush($true) } finally { $stream.Dispose() }
    $true
}

function Get-RunBytes($Body, [string] $Attempt = $Request.attempt) {
    $Body.v = 2
    $Body.attempt = $Attempt
    $Body.at = [DateTime]::UtcNow.ToString('s') + 'Z'
    , [Text.Encoding]::ASCII.GetBytes((Format-Json $Body))
}

function New-RunFile([string] $Path, $Body, [string] $Attempt = $Request.attempt) { New-File $Path (Get-RunBytes $Body $Attempt) }

# A file that has its name only when it is whole: nobody believes a half one, or is kept from something by it. The last
# step is flushed too: else a cut of the power could take back a name that others have relied on since.
function Set-RunFile([string] $Path, $Bytes) {
    [IO.File]::Delete("$Path.part")
    [void] (New-File "$Path.part" $Bytes)
    if ([IO.File]::Exists($Path)) { [IO.File]::Replace("$Path.part", $Path, [NullString]::Value) } else { [IO.File]::Move("$Path.part", $Path) }
    $stream = [IO.FileStream]::new($Path, [IO.FileMode]::Open, [IO.FileAccess]::ReadWrite, [IO.FileShare]::Read)
    try { $stream.Flush($true) } finally { $stream.Dispose() }
}

function Read-RunFile([string] $Path, [string] $Attempt = $Request.attempt) {
    $found = ConvertFrom-Json -InputObject ([IO.File]::ReadAllText($Path))
    if ($found.v -ne 2 -or $found.attempt -cne $Attempt) { throw "$Path is not a record of this attempt" }
    $found
}

function New-Record([string] $Path, $Before) {
    $entries = for ($index = 0; $index -lt $items.Count; $index++) {
        @{ resource = $items[$index].resource; params = $items[$index].params; before = $Before[$index]; desired = $items[$index].desired }
    }
    New-RunFile "$Path.json" @{ job = $Request.job; case = $Request.case; process = $PID; started = (Get-ProcessStart $PID)
        boot = (Get-ProcessStart 4); items = @($entries) }
}

function Write-Notice([string] $What) {
    if (-not (Test-EventSource)) { New-EventLog -LogName Application -Source Mendpoint }
    $text = '{0} Case {1}, job {2}, attempt {3}.' -f $What, $Request.case, $Request.job, $Request.attempt
    Write-EventLog -LogName Application -Source Mendpoint -EventId 1000 -EntryType Information -Message $text
}

# Where it cannot be kept, the last mark still says all that is in it.
function Save-Report([string] $Path, $Before, $After, [string] $Outcome) {
    $body = @{ outcome = $Outcome; written = $result.written; errors = $result.errors; before = $Before; after = $After }
    try { Set-RunFile "$Path.result.json" (Get-RunBytes $body) } catch { $course.unsaved = $_ }
}

# Why a record could not be made: a tombstone is in its place, or this very attempt was here before. What cannot be read
# may be either, and the worse of the two counts.
function Get-Forestalled([string] $Path) {
    try { $record = Read-RunFile "$Path.json" } catch { Add-Fault $null 'record' $_; return 'duplicate' }
    if ($record.PSObject.Properties['tombstone']) { 'cancelled' } else { 'duplicate' }
}

# First whether it lives, then whether it has reported: what has gone without a report will never write one.
function Get-Attempt([string] $Path) {
    $found = @{ state = 'never'; outcome = $null; written = @(); errors = @(); before = $null; after = $null; undo = $null }
    if (New-RunFile "$Path.json" @{ tombstone = $true }) { return $found }
    $record = Read-RunFile "$Path.json"
    if ($record.PSObject.Properties['tombstone']) { return $found }
    $found.before = @(foreach ($item in $record.items) { $item.before })
    $lives = (Get-ProcessStart $record.process) -ceq $record.started -and (Get-ProcessStart 4) -ceq $record.boot
    if ($lives) { $found.state = 'running' } else { $found.state = 'cut' }
    if ([IO.File]::Exists("$Path.result.json")) {
        $report = Read-RunFile "$Path.result.json"
        $found.state = 'ended'
        foreach ($name in 'outcome', 'written', 'errors', 'before', 'after') { $found[$name] = $report.$name }
    }
    $undo = Get-UndoState $Path $Request.attempt
    if ($undo.state -cne 'none') { $found.undo = $undo }
    elseif (-not $lives) { try { Clear-UndoTask (Get-UndoName $Request.attempt) } catch { $course.unseen = $_ } }
    [void] (Format-Json $found)
    $found
}
