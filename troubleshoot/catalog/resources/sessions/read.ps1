param()

# Whoever is signed in has programs of their own in a session other than 0: a desktop, a published program, a kiosk. Logon
# sessions (Win32_LogonSession) do not tell it: they outlive who has left, and Windows' own helpers have some of type 2.
$own = @('csrss.exe', 'winlogon.exe', 'dwm.exe', 'fontdrvhost.exe', 'LogonUI.exe')
$processes = @(Get-CimInstance -ClassName Win32_Process -ErrorAction Stop)
$inside = @($processes | Where-Object -FilterScript { $_.SessionId -ne 0 } -ErrorAction Stop)
$sorted = @($inside | Sort-Object -Property @('SessionId', 'CreationDate', 'ProcessId') -ErrorAction Stop)
$people = @{}
$begun = @{}
foreach ($process in $sorted) {
    $id = $process.SessionId
    if ($own -notcontains $process.Name -and -not $people.ContainsKey("$id")) {
        $since = $process.CreationDate.ToUniversalTime().ToString('s') + 'Z'
        try {
            $account = Invoke-CimMethod -InputObject $process -MethodName GetOwnerSid -ErrorAction Stop
            $owner = Invoke-CimMethod -InputObject $process -MethodName GetOwner -ErrorAction Stop
            $told = $account.ReturnValue -eq 0 -and $owner.ReturnValue -eq 0
            $ended = $false
        } catch {
            # Not found (WBEM_E_NOT_FOUND): it has ended since the list was made.
            if (-not $_.FullyQualifiedErrorId.Contains('0x80041002')) { throw }
            $told = $false
            $ended = $true
        }
        if ($told) {
            # People have accounts of a computer or domain, or of Entra; services and helpers have others.
            $sid = $account.Sid
            if ($sid.Contains('S-1-5-21-') -or $sid.Contains('S-1-12-1-')) {
                $domain = $owner.Domain
                $user = $owner.User
                $people["$id"] = "$domain\$user"
                $begun["$id"] = $since
            }
        } elseif (-not $ended -and -not $begun.ContainsKey("$id")) {
            $begun["$id"] = $since
        }
    }
}
# In the order of the sessions. Where Windows tells of no program whose it is, somebody is there all the same.
$seen = @{}
$ids = @(foreach ($process in $sorted) {
    $id = $process.SessionId
    if ($begun.ContainsKey("$id") -and -not $seen.ContainsKey("$id")) {
        $seen["$id"] = $true
        "$id"
    }
})
$users = @(foreach ($id in $ids) {
    if ($people.ContainsKey($id)) { $people[$id] } else { 'unknown' }
})
$since = @(foreach ($id in $ids) { $begun[$id] })
@{ number = $ids.Count; users = $users; since = $since }
