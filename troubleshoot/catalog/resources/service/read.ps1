param([string] $Name)

$quoted = $Name.Replace('\', '\\').Replace("'", "\'")
$service = Get-CimInstance -ClassName Win32_Service -Filter "Name = '$quoted'" -ErrorAction Stop
$state = @{
    exists       = $false
    display_name = $null
    state        = $null
    start_mode   = $null
    account      = $null
    started_at   = $null
}
if ($null -ne $service) {
    $state['exists'] = $true
    $state['display_name'] = $service.DisplayName
    $state['state'] = $service.State
    $state['start_mode'] = $service.StartMode
    $state['account'] = $service.StartName
    $id = $service.ProcessId
    if ($id -ne 0) {
        $process = Get-CimInstance -ClassName Win32_Process -Filter "ProcessId = $id" -ErrorAction Stop
        if ($null -ne $process) {
            # 's' is the one format that ignores the culture and calendar of the host.
            $state['started_at'] = $process.CreationDate.ToUniversalTime().ToString('s') + 'Z'
        }
    }
}
$state
