param()

$state = @{ number = $null; waiting_long = $null; documents = $null }
$service = Get-CimInstance -ClassName Win32_Service -Filter "Name = 'Spooler'" -ErrorAction Stop
# Without the spooler nobody can tell what waits.
if ($null -ne $service -and $service.State -eq 'Running') {
    $now = [datetime]::UtcNow
    $jobs = @(Get-CimInstance -ClassName Win32_PrintJob -ErrorAction Stop)
    $sorted = @($jobs | Sort-Object -Property @('TimeSubmitted', 'JobId') -ErrorAction Stop)
    $long = @($sorted | Where-Object -FilterScript {
        $_.TimeSubmitted.ToUniversalTime().AddMinutes(15) -le $now
    } -ErrorAction Stop)
    $state['number'] = $sorted.Count
    $state['waiting_long'] = $long.Count
    $state['documents'] = @(foreach ($job in $sorted) {
        $owner = $job.Owner
        $pages = $job.TotalPages
        $sent = $job.TimeSubmitted.ToUniversalTime().ToString('s') + 'Z'
        $name = $job.Name
        "$owner, pages $pages, sent $sent to $name"
    })
}
$state
