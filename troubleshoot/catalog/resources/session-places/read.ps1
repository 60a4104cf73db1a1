param()

# Group policy wins over the computer's own value. Without one, or with all bits set (-1), there is no limit.
$own = 'HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp'
$policy = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services'
$limit = $null
foreach ($path in @($own, $policy)) {
    if (Test-Path -LiteralPath $path) {
        $key = Get-Item -LiteralPath $path -ErrorAction Stop
        $value = $key.GetValue('MaxInstanceCount', $null, 'DoNotExpandEnvironmentNames')
        if ($null -ne $value) {
            $limit = $value
        }
    }
}
# Whoever is signed in has programs of their own in a session other than 0, a desktop or not.
$own = @('csrss.exe', 'winlogon.exe', 'dwm.exe', 'fontdrvhost.exe', 'LogonUI.exe')
$processes = @(Get-CimInstance -ClassName Win32_Process -ErrorAction Stop)
$seen = @{}
foreach ($process in $processes) {
    $id = $process.SessionId
    if ($id -ne 0 -and $own -notcontains $process.Name -and -not $seen.ContainsKey("$id")) {
        try {
            $account = Invoke-CimMethod -InputObject $process -MethodName GetOwnerSid -ErrorAction Stop
            $taken = $account.ReturnValue -ne 0
            if (-not $taken) {
                $sid = $account.Sid
                $taken = $sid.Contains('S-1-5-21-') -or $sid.Contains('S-1-12-1-')
            }
        } catch {
            # Not found (WBEM_E_NOT_FOUND): it has ended since the list was made.
            if (-not $_.FullyQualifiedErrorId.Contains('0x80041002')) { throw }
            $taken = $false
        }
        if ($taken) {
            $seen["$id"] = $true
        }
    }
}
$full = $false
if ($null -ne $limit) {
    $full = $limit -ge 0 -and $seen.Count -ge $limit
}
@{ limit = $limit; taken = $seen.Count; full = $full }
