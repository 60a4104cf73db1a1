param([string] $Name, [hashtable] $Desired, [hashtable] $Before)

if (-not $Desired['ended']) { throw 'The process of a service can be ended, and nothing else.' }
$quoted = $Name.Replace('\', '\\').Replace("'", "\'")
$service = Get-CimInstance -ClassName Win32_Service -Filter "Name = '$quoted'" -ErrorAction Stop
if ($null -eq $service) { throw "There is no service $Name on this computer." }
if ($service.StartMode -eq 'Disabled') { throw 'A disabled service would not start again. It was left as it is.' }
# Only the process that was decided about: a number is used again. And only while nothing else lives in it.
$id = $service.ProcessId
$process = Get-CimInstance -ClassName Win32_Process -Filter "ProcessId = $id" -ErrorAction Stop
if ($id -eq 0 -or $null -eq $process) { throw 'The service has no process any more.' }
$started = $process.CreationDate.ToUniversalTime().ToString('s') + 'Z'
if ($id -ne $Before['process_id'] -or $started -ne $Before['started_at']) {
    throw 'The service has another process by now. It was left as it is.'
}
$hosted = @(Get-CimInstance -ClassName Win32_Service -Filter "ProcessId = $id" -ErrorAction Stop)
if ($hosted.Count -ne 1) { throw 'Other services live in the same process. It was left as it is.' }
$needing = @(Get-Service -Name $Name -DependentServices -ErrorAction Stop)
Stop-Process -Id $id -Force -ErrorAction Stop
# The service comes back, and what needs it: that ended before it, when it was told to stop.
$names = @(
    $Name
    foreach ($other in $needing) { $other.Name }
)
$waits = 60
foreach ($one in $names) {
    $text = $one.Replace('\', '\\').Replace("'", "\'")
    $found = Get-CimInstance -ClassName Win32_Service -Filter "Name = '$text'" -ErrorAction Stop
    $state = $found.State
    if ($found.StartMode -eq 'Disabled') { $state = 'Running' }
    for ($code = 0; $state -ne 'Running' -and $waits -gt 0; $waits = $waits - 1) {
        if ($state -eq 'Stopped') {
            $code = (Invoke-CimMethod -InputObject $found -MethodName StartService -ErrorAction Stop).ReturnValue
            if (@(0, 7, 10) -notcontains $code) { throw "Windows answered with $code to the start of $one" }
        }
        Start-Sleep -Milliseconds 500 -ErrorAction Stop
        $state = (Get-CimInstance -ClassName Win32_Service -Filter "Name = '$text'" -ErrorAction Stop).State
    }
    # A fixed word, by which the portal knows that it hangs.
    if ($state -ne 'Running') { throw 'start_pending' }
}
