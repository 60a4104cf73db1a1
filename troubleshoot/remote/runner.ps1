# Mendpoint runner (5.1): read all, compare, record, write, read again, report in ASCII lines marked with the nonce.
param($Request)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

function ConvertTo-Table($Source) {
    if ($null -eq $Source) { return $null }
    $table = @{}
    foreach ($property in $Source.PSObject.Properties) { $table[$property.Name] = $property.Value }
    $table
}

# ConvertTo-Json of 5.1 cuts at a depth, turns wrapped lists into {value, Count} and mangles dates: own writer.
function Format-Text([string] $Text) {
    '"' + [regex]::Replace($Text, '[^ !#-\[\]-~]', { param($match) '\u{0:x4}' -f [int] $match.Value[0] }) + '"'
}

function Format-Json($Value) {
    if ($null -eq $Value) { return 'null' }
    if ($Value -is [string]) { return Format-Text $Value }
    if ($Value -is [bool]) { if ($Value) { return 'true' } else { return 'false' } }
    if ($Value -is [System.Collections.IDictionary]) {
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

function Write-Mark([string] $Kind, $Body) {
    [Console]::Out.WriteLine(('#mendpoint {0} {1} {2}' -f $Request.nonce, $Kind, (Format-Json $Body)))
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

# Three marks that survive a rename. The computer SID is the SID of the local account with relative identifier 500,
# without that last part; a domain controller has no local accounts and answers with an empty string.
function Get-Identity {
    $key = Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Cryptography' -Name MachineGuid
    $product = Get-CimInstance -ClassName Win32_ComputerSystemProduct -Property UUID
    $sid = ''
    $accounts = @(Get-CimInstance -ClassName Win32_UserAccount -Filter 'LocalAccount = TRUE' -Property SID)
    foreach ($account in $accounts) { if ($account.SID -match '^(S-1-5-21-.+)-500$') { $sid = $Matches[1] } }
    @{ machine_guid = "$($key.MachineGuid)"; smbios_uuid = "$($product.UUID)"; computer_sid = $sid }
}

function Read-Item($Item) {
    $params = $Item.params
    $output = @(& ([ScriptBlock]::Create($Item.read)) @params)
    if ($output.Count -ne 1 -or $output[0] -isnot [hashtable]) { throw 'a read must output exactly one table' }
    [void] (Format-Json $output[0])
    $output[0]
}

function Read-All([string] $Stage) {
    $states = New-Object System.Collections.ArrayList
    for ($index = 0; $index -lt $items.Count; $index++) {
        Write-Mark 'progress' @{ item = $index; stage = $Stage; text = $items[$index].resource }
        $state = $null
        try { $state = Read-Item $items[$index] } catch { Add-Fault $index 'read' $_ }
        [void] $states.Add($state)
        Write-Mark 'state' @{ item = $index; stage = $Stage; state = $state }
    }
    , $states
}

# Users may create folders in ProgramData: one that administrators neither own nor keep for themselves is refused.
function Assert-Private([string] $Path) {
    $security = New-Object System.Security.AccessControl.DirectorySecurity
    $security.SetSecurityDescriptorSddlForm('O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)')
    if (-not [IO.Directory]::Exists($Path)) { [void] [IO.Directory]::CreateDirectory($Path, $security) }
    $found = [IO.Directory]::GetAccessControl($Path, 'Access, Owner')
    $link = ([IO.File]::GetAttributes($Path) -band [IO.FileAttributes]::ReparsePoint) -ne 0
    $owner = $found.GetOwner([System.Security.Principal.SecurityIdentifier]).Value
    $others = @($found.GetAccessRules($true, $true, [System.Security.Principal.SecurityIdentifier]) |
            Where-Object { $_.IdentityReference.Value -notin @('S-1-5-18', 'S-1-5-32-544') })
    if ($link -or $owner -ne 'S-1-5-32-544' -or -not $found.AreAccessRulesProtected -or $others.Count -ne 0) {
        throw "$Path is not private to administrators"
    }
}

# True when the record is new and safely on disk; false when this attempt has been here before.
function Write-Record([string] $Root) {
    $folder = Join-Path $Root 'runs'
    $path = Join-Path $folder ($Request.attempt + '.json')
    foreach ($private in $Root, $folder) { Assert-Private $private }
    $entries = for ($index = 0; $index -lt $items.Count; $index++) {
        @{ resource = $items[$index].resource; params = $items[$index].params; before = $before[$index]; desired = $items[$index].desired }
    }
    $bytes = [Text.Encoding]::ASCII.GetBytes((Format-Json @{ v = 1; attempt = $Request.attempt; job = $Request.job; case = $Request.case
                at = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ'); items = @($entries) }))
    try { $stream = [IO.FileStream]::new($path, 'CreateNew', 'Write', 'None', 4096, 'WriteThrough') }
    catch { if ([IO.File]::Exists($path)) { return $false } else { throw } }
    try { $stream.Write($bytes, 0, $bytes.Length); $stream.Flush($true) } finally { $stream.Dispose() }
    if (-not [Diagnostics.EventLog]::SourceExists('Mendpoint')) { New-EventLog -LogName Application -Source Mendpoint }
    $text = 'Mendpoint is about to change this computer. Case {0}, job {1}, attempt {2}.' -f $Request.case, $Request.job, $Request.attempt
    Write-EventLog -LogName Application -Source Mendpoint -EventId 1000 -EntryType Information -Message $text
    $true
}

function Write-Item($Index) {
    $params = $items[$Index].params
    Write-Mark 'progress' @{ item = $Index; stage = 'write'; text = $items[$Index].resource }
    $output = @(& ([ScriptBlock]::Create($items[$Index].write)) @params -Desired $items[$Index].desired -Before $before[$Index])
    [void] $result.written.Add($Index)
    if ($output.Count -ne 0) { throw 'a write must output nothing' }
}

function Invoke-Request {
    $result.identity = Get-Identity
    if ($null -ne $Request.identity -and -not (Test-Match (ConvertTo-Table $Request.identity) $result.identity)) { return 'identity_changed' }
    $before = Read-All 'read'
    if ($result.ContainsKey('reason')) { return 'refused' }
    if ($Request.mode -ceq 'read') { return 'done' }
    if ($result.errors.Count -ne 0) { return 'failed' }
    for ($index = 0; $index -lt $items.Count; $index++) {
        if ($null -ne $items[$index].expected -and -not (Test-Match $items[$index].expected $before[$index])) { return 'drifted' }
    }
    try { if (-not (Write-Record (Join-Path ([Environment]::GetFolderPath('CommonApplicationData')) 'Mendpoint'))) { return 'duplicate' } }
    catch { Add-Fault $null 'record' $_; return 'failed' }
    for ($index = 0; $index -lt $items.Count -and $result.errors.Count -eq 0; $index++) {
        try { if ($null -ne $items[$index].desired) { Write-Item $index } } catch { Add-Fault $index 'write' $_ }
    }
    [void] (Read-All 'check')
    if ($result.errors.Count -eq 0) { 'done' } else { 'failed' }
}

$items = @(foreach ($item in $Request.items) {
        @{ resource = $item.resource; params = (ConvertTo-Table $item.params); read = $item.read; write = $item.write
            expected = (ConvertTo-Table $item.expected); desired = (ConvertTo-Table $item.desired) }
    })
$result = @{ outcome = 'failed'; identity = @{}
    written = (New-Object System.Collections.ArrayList); errors = (New-Object System.Collections.ArrayList) }
try { $result.outcome = Invoke-Request } catch { Add-Fault $null 'read' $_ }
Write-Mark 'result' $result
