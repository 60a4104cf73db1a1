param([string] $Name)

$quoted = $Name.Replace('\', '\\').Replace("'", "\'")
$service = Get-CimInstance -ClassName Win32_Service -Filter "Name = '$quoted'" -ErrorAction Stop
$state = @{ state = $null; process_id = 0; started_at = $null; others = @() }
if ($null -ne $service) {
    $state['state'] = $service.State
    $id = $service.ProcessId
    $state['process_id'] = $id
    if ($id -ne 0) {
        # What else would end with the process: services that share it.
        $hosted = @(Get-CimInstance -ClassName Win32_Service -Filter "ProcessId = $id" -ErrorAction Stop)
        $state['others'] = @(foreach ($one in $hosted) { if ($one.Name -ne $service.Name) { $one.Name } })
        $process = Get-CimInstance -ClassName Win32_Process -Filter "ProcessId = $id" -ErrorAction Stop
        if ($null -ne $process) {
            $state['started_at'] = $process.CreationDate.ToUniversalTime().ToString('s') + 'Z'
        }
    }
}
$state
