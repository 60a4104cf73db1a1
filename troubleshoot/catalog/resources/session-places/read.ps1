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
# Everyone who is signed in has a desktop, explorer.exe; someone may run several.
$desktops = @(Get-CimInstance -ClassName Win32_Process -Filter "Name = 'explorer.exe'" -ErrorAction Stop)
$seen = @{}
foreach ($desktop in $desktops) {
    $id = $desktop.SessionId
    $seen["$id"] = $true
}
$full = $false
if ($null -ne $limit) {
    $full = $limit -ge 0 -and $seen.Count -ge $limit
}
@{ limit = $limit; taken = $seen.Count; full = $full }
