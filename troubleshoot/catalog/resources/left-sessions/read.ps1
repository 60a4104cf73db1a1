param()
# Whoever is signed in has programs of their own in a session other than 0: a desktop, a published program, a kiosk.
$own = @('csrss.exe', 'winlogon.exe', 'dwm.exe', 'fontdrvhost.exe', 'LogonUI.exe')
$all = @(Get-CimInstance -ClassName Win32_Process -ErrorAction Stop)
$inside = @($all | Where-Object -FilterScript { $_.SessionId -ne 0 -and $own -notcontains $_.Name } -ErrorAction Stop)
$sorted = @($inside | Sort-Object -Property @('SessionId', 'CreationDate', 'ProcessId') -ErrorAction Stop)
$people = @{}
$sids = @{}
# The first program of a person stands for their session; where Windows tells of no program whose it is, nobody knows.
$first = @(foreach ($process in $sorted) {
    $id = $process.SessionId
    try {
        if (-not $sids.ContainsKey("$id") -or $null -eq $sids["$id"]) {
            $account = Invoke-CimMethod -InputObject $process -MethodName GetOwnerSid -ErrorAction Stop
            $owner = Invoke-CimMethod -InputObject $process -MethodName GetOwner -ErrorAction Stop
            if ($account.ReturnValue -ne 0 -or $owner.ReturnValue -ne 0) {
                $sids["$id"] = $null
            } elseif ($account.Sid.Contains('S-1-5-21-') -or $account.Sid.Contains('S-1-12-1-')) {
                $people["$id"] = $owner.Domain + '\' + $owner.User
                $sids["$id"] = $account.Sid
                $process
            }
        }
    } catch {
        # Not found (WBEM_E_NOT_FOUND): it has ended since the list was made.
        if (-not $_.FullyQualifiedErrorId.Contains('0x80041002')) { throw }
    }
})
# What the session manager noted last of each session: 21 signed in, 24 left, 25 came back.
$log = 'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational'
$query = @{ LogName = $log; Id = @(21, 24, 25); StartTime = [datetime]::UtcNow.AddDays(-30).ToLocalTime() }
$last = @{}
try {
    foreach ($one in @(Get-WinEvent -FilterHashtable $query -MaxEvents 500 -ErrorAction Stop)) {
        $id = $one.Properties[1].Value
        if (-not $last.ContainsKey("$id")) { $last["$id"] = $one }
    }
} catch {
    if (-not $_.FullyQualifiedErrorId.Contains('NoMatchingEventsFound')) { throw }
}
$unclear = $sids.Count
$left = @(foreach ($process in $first) {
    $id = $process.SessionId
    if ($last.ContainsKey("$id")) {
        $unclear = $unclear - 1
        # The number of a session is used again: what was noted before this person came, is about somebody else.
        if ($last["$id"].Id -eq 24 -and $last["$id"].TimeCreated -gt $process.CreationDate) { $process }
    }
})
$ids = @(foreach ($process in $left) {
    $id = $process.SessionId
    "$id"
})
$since = @(foreach ($process in $left) { $process.CreationDate.ToUniversalTime().ToString('s') + 'Z' })
$sessions = @(for ($i = 0; $i -lt $left.Count; $i = $i + 1) {
    $id = $ids[$i]
    $away = $last[$id].TimeCreated.ToUniversalTime().ToString('s') + 'Z'
    $people[$id] + ", session $id, signed in since " + $since[$i] + ", left since $away, " + $sids[$id]
})
@{ unclear = $unclear; left = $left.Count; sessions = $sessions; ids = $ids; since = $since }
