param()

# Everyone who is signed in has a desktop, explorer.exe. No console command is asked: their text is localised.
$desktops = @(Get-CimInstance -ClassName Win32_Process -Filter "Name = 'explorer.exe'" -ErrorAction Stop)
$sorted = @($desktops | Sort-Object -Property @('SessionId', 'CreationDate') -ErrorAction Stop)
# Someone may run several; the first one of a session counts.
$seen = @{}
$first = @(foreach ($desktop in $sorted) {
    $id = $desktop.SessionId
    if (-not $seen.ContainsKey("$id")) {
        $seen["$id"] = $true
        $desktop
    }
})
$users = @(foreach ($desktop in $first) {
    $owner = Invoke-CimMethod -InputObject $desktop -MethodName GetOwner -ErrorAction Stop
    if ($owner.ReturnValue -eq 0) {
        $domain = $owner.Domain
        $user = $owner.User
        "$domain\$user"
    } else {
        'unknown'
    }
})
$since = @(foreach ($desktop in $first) {
    $desktop.CreationDate.ToUniversalTime().ToString('s') + 'Z'
})
@{ number = $first.Count; users = $users; since = $since }
