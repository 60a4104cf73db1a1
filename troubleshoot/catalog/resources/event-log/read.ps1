param([string] $Log)

# A closed list: these logs, and in each these events of these sources.
$ids = @(4625)
$sources = @('Microsoft-Windows-Security-Auditing')
if ($Log -eq 'System') {
    $ids = @(36870, 36871, 36874, 36888, 1051, 1052, 1053, 1054, 1055, 1056, 1057, 1058, 7022)
    $sources = @('Schannel', 'Microsoft-Windows-TerminalServices-RemoteConnectionManager', 'Service Control Manager')
} elseif ($Log -eq 'Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational') {
    $ids = @(261)
    $sources = @('Microsoft-Windows-TerminalServices-RemoteConnectionManager')
}
$info = Get-WinEvent -ListLog $Log -ErrorAction Stop
$events = @()
if ($null -ne $info.RecordCount -and $info.RecordCount -gt 0) {
    $query = @{ LogName = $Log; Id = $ids; StartTime = [datetime]::UtcNow.AddDays(-1).ToLocalTime() }
    try {
        $events = @(Get-WinEvent -FilterHashtable $query -MaxEvents 500 -ErrorAction Stop)
    } catch {
        # Finding nothing is an error, too. Any other one says nothing about what happened.
        if (-not $_.FullyQualifiedErrorId.Contains('NoMatchingEventsFound')) { throw }
    }
}
# Other sources use the same numbers. A service that hangs counts when it is Remote Desktop, by the name it shows here.
$service = Get-CimInstance -ClassName Win32_Service -Filter "Name = 'TermService'" -ErrorAction Stop
$title = 'TermService'
if ($null -ne $service) {
    $title = $service.DisplayName
}
$ours = @($events | Where-Object -FilterScript {
    $_.ProviderName -in $sources -and $null -ne $_.Message -and ($_.Id -ne 7022 -or $_.Message.Contains($title))
} -ErrorAction Stop)
# The kinds of event in the order of their newest one, how often each came, and how that newest one reads.
$counts = @{}
$newest = @(foreach ($one in $ours) {
    $id = $one.Id
    if ($counts.ContainsKey("$id")) {
        $counts["$id"] = $counts["$id"] + 1
    } else {
        $counts["$id"] = 1
        $one
    }
})
$kinds = @(foreach ($one in $newest) {
    $id = $one.Id
    $number = $counts["$id"]
    $time = $one.TimeCreated.ToUniversalTime().ToString('s')
    $text = $one.Message
    if ($text.Length -gt 300) {
        $text = $text.Substring(0, 300)
    }
    "$id, $number times, last at ${time}Z: $text"
})
# When the first of them came: how fast they come says more than how many there are.
$first = $null
if ($ours.Count -gt 0) {
    $first = $ours[$ours.Count - 1].TimeCreated.ToUniversalTime().ToString('s') + 'Z'
}
@{ enabled = $info.IsEnabled; number = $ours.Count; first = $first; kinds = $kinds }
