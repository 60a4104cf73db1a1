# Runs scripts one after another, each with the culture, the zone and the clock that it is told, and says what came of it.
param()
$standIns = Join-Path $env:XDG_DATA_HOME 'powershell/Modules/WindowsPowerShell51/WindowsPowerShell51.psd1'
Import-Module $standIns
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# A class of a script hides the accelerator of the same name: [datetime]::UtcNow is the vector's, [System.DateTime] is not.
class datetime { static [System.DateTime] $UtcNow; static [System.DateTime] $Now }

function Set-Condition($Work) {
    $env:TZ = $Work.zone
    $env:MENDPOINT_DATA = $Work.data
    [TimeZoneInfo]::ClearCachedData()
    [Threading.Thread]::CurrentThread.CurrentCulture = [Globalization.CultureInfo]::GetCultureInfo($Work.culture)
    if ($Work.now) {
        [datetime]::UtcNow = [System.DateTime]::Parse($Work.now.Substring(1), [Globalization.CultureInfo]::InvariantCulture, 'AdjustToUniversal')
        [datetime]::Now = [datetime]::UtcNow.ToLocalTime()
    }
}

# As the runner calls a script, with tables made of the request by the runner's own functions.
function Invoke-Script($Work) {
    $given = ConvertFrom-Json -InputObject $Work.params
    $params = ConvertTo-Table $given.params
    $more = @{}
    foreach ($name in $given.tables.PSObject.Properties) { $more[$name.Name] = ConvertTo-Table $name.Value }
    $output = @(& ([ScriptBlock]::Create($Work.script)) @params @more)
    '[' + (@(foreach ($one in $output) { Format-Json $one }) -join ',') + ']'
}

# A session apart from this script's, as powershell.exe begins one.
function New-Session {
    $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
    $state.ImportPSModule(@($standIns))
    $session = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace($state)
    $session.ThreadOptions = 'UseCurrentThread'
    $session.Open()
    $session
}

# Whoever listens to a console: all of it, or so many bytes, and what is said after those fails.
function New-Listener($Room) {
    if (-not $Room) { return , [System.IO.MemoryStream]::new() }
    $heard = [System.IO.MemoryStream]::new([byte[]]::new([int] $Room))
    $heard.SetLength(0)
    , $heard
}

# As bootstrap.ps1 runs under powershell.exe: one line of standard input, marked lines of output.
function Invoke-Bootstrap($Work) {
    if ($null -eq $script:session) { $script:session = New-Session }
    $heard = New-Listener $Work.room
    $told = [System.IO.StreamWriter]::new($heard, [System.Text.Encoding]::ASCII)
    $told.AutoFlush = $true
    $told.NewLine = "`r`n"
    $console = [Console]::Out
    [Console]::SetOut($told)
    try {
        $shell = [powershell]::Create()
        $shell.Runspace = $session
        $first = @($shell.AddScript($Work.bootstrap).Invoke(@($Work.line)))
        $shell.Dispose()
    }
    finally { [Console]::SetOut($console) }
    (@($first) + [System.Text.Encoding]::ASCII.GetString($heard.ToArray())) -join "`r`n"
}

$session = $null
Send-Lab @{ ready = $true }
while ($null -ne ($work = Receive-Lab)) {
    . ([ScriptBlock]::Create($work.definitions))
    Set-Condition $work
    $output = $null; $failed = $null
    try { $output = if ($work.script) { Invoke-Script $work } else { Invoke-Bootstrap $work } }
    catch { $failed = $_.Exception.Message }
    Send-Lab @{ output = $output; failed = $failed }
}
