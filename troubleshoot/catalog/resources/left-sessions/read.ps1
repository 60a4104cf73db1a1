param()

# Whoever has a desktop, explorer.exe, the first one of a session: others (a published program, a kiosk) are never offered.
$desktops = @(Get-CimInstance -ClassName Win32_Process -Filter "Name = 'explorer.exe'" -ErrorAction Stop)
$sorted = @($desktops | Sort-Object -Property @('SessionId', 'CreationDate') -ErrorAction Stop)
$seen = @{}
$first = @(foreach ($desktop in $sorted) {
    $id = $desktop.SessionId
    if (-not $seen.ContainsKey("$id")) {
        $seen["$id"] = $true
        $desktop
    }
})
# What the session manager noted last of each session: 21 signed in, 24 left, 25 came back.
$log = 'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational'
$query = @{ LogName = $log; Id = @(21, 24, 25); StartTime = [datetime]::UtcNow.AddDays(-30).ToLocalTime() }
try {
    $events = @(Get-WinEvent -FilterHashtable $query -MaxEvents 500 -ErrorAction Stop)
} catch {
    if (-not $_.FullyQualifiedErrorId.Contains('NoMatchingEventsFound')) { throw }
    $events = @()
}
$last = @{}
foreach ($one in $events) {
    $id = $one.Properties[1].Value
    if (-not $last.ContainsKey("$id")) {
        $last["$id"] = $one
    }
}
$told = @(foreach ($desktop in $first) {
    $id = $desktop.SessionId
    if ($last.ContainsKey("$id")) {
        $desktop
    }
})
# The number of a session is used again: what was noted before this person came, is about somebody else.
$left = @(foreach ($desktop in $told) {
    $id = $desktop.SessionId
    $noted = $last["$id"]
    if ($noted.Id -eq 24 -and $noted.TimeCreated -gt $desktop.CreationDate) {
        $desktop
    }
})
$ids = @(foreach ($desktop in $left) {
    $id = $desktop.SessionId
    "$id"
})
$since = @(foreach ($desktop in $left) { $desktop.CreationDate.ToUniversalTime().ToString('s') + 'Z' })
$sessions = @(for ($i = 0; $i -lt $left.Count; $i = $i + 1) {
    $id = $ids[$i]
    $begun = $since[$i]
    $owner = Invoke-CimMethod -InputObject ($left[$i]) -MethodName GetOwner -ErrorAction Stop
    $user = $owner.User
    $domain = $owner.Domain
    $account = Invoke-CimMethod -InputObject ($left[$i]) -MethodName GetOwnerSid -ErrorAction Stop
    $sid = $account.Sid
    $away = $last["$id"].TimeCreated.ToUniversalTime().ToString('s') + 'Z'
    "$domain\$user, session $id, signed in since $begun, left since $away, $sid"
})
@{ unclear = $first.Count - $told.Count; left = $left.Count; sessions = $sessions; ids = $ids; since = $since }
