param([hashtable] $Desired, [hashtable] $Before)

if ($Desired['sessions'].Count -gt 0) {
    throw 'Sessions can be signed out, and not made.'
}
$system = Get-CimInstance -ClassName Win32_OperatingSystem -ErrorAction Stop
$folder = $system.SystemDirectory
$ids = @($Before['ids'])
$begun = @($Before['since'])
$sessions = @($Before['sessions'])
for ($i = 0; $i -lt $ids.Count; $i = $i + 1) {
    $id = $ids[$i]
    $since = $begun[$i]
    $decided = $sessions[$i]
    # Only the session that was decided about: a program of the same account began there in the same second.
    $processes = @(Get-CimInstance -ClassName Win32_Process -Filter "SessionId = $id" -ErrorAction Stop)
    $times = @(foreach ($process in $processes) {
        $began = $process.CreationDate.ToUniversalTime().ToString('s') + 'Z'
        if ($began.Equals($since)) {
            try {
                $account = Invoke-CimMethod -InputObject $process -MethodName GetOwnerSid -ErrorAction Stop
                $sid = $account.Sid
                if ($account.ReturnValue -eq 0 -and "$decided|".Contains(", $sid|")) { $began }
            } catch {
                # Not found (WBEM_E_NOT_FOUND): it has ended since the list was made.
                if (-not $_.FullyQualifiedErrorId.Contains('0x80041002')) { throw }
            }
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
