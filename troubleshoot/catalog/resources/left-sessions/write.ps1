param([hashtable] $Desired, [hashtable] $Before)

if ($Desired['sessions'].Count -gt 0) {
    throw 'Sessions can be signed out, and not made.'
}
$system = Get-CimInstance -ClassName Win32_OperatingSystem -ErrorAction Stop
$folder = $system.SystemDirectory
$ids = @($Before['ids'])
$begun = @($Before['since'])
for ($i = 0; $i -lt $ids.Count; $i = $i + 1) {
    $id = $ids[$i]
    $since = $begun[$i]
    # Only the session that was decided about: its desktop began in the same second.
    $processes = @(Get-CimInstance -ClassName Win32_Process -Filter "SessionId = $id" -ErrorAction Stop)
    $times = @(foreach ($process in $processes) {
        if ($process.Name -eq 'explorer.exe') {
            $process.CreationDate.ToUniversalTime().ToString('s') + 'Z'
        }
    })
    if ($times -notcontains $since) {
        throw "Session $id is not the one that was decided about any more. It was left as it is."
    }
    $ended = Start-Process -FilePath "$folder\logoff.exe" -ArgumentList $id -Wait -PassThru -ErrorAction Stop
    if ($ended.ExitCode -ne 0) {
        throw "Windows did not sign session $id out."
    }
}
