param([string] $Name, [hashtable] $Desired, [hashtable] $Before)

# The start mode first: a disabled service cannot be started, and would stop and not come back.
if ($Desired.ContainsKey('start_mode')) {
    $modes = @{ Auto = 'Automatic'; Manual = 'Manual'; Disabled = 'Disabled' }
    if (-not $modes.ContainsKey($Desired['start_mode'])) { throw 'The start mode must be Auto, Manual or Disabled.' }
    Set-Service -Name $Name -StartupType ($modes[$Desired['start_mode']]) -ErrorAction Stop
} elseif ($Desired.ContainsKey('restarted') -and $Before['start_mode'] -eq 'Disabled') {
    throw 'A disabled service is not restarted: it could not start again.'
}
$wish = ''
if ($Desired.ContainsKey('restarted')) {
    $wish = 'Restarted'
} elseif ($Desired.ContainsKey('state')) {
    $wish = $Desired['state']
    if (@('Running', 'Stopped') -notcontains $wish) { throw 'The state must be Running or Stopped.' }
}
# Those that need this one stop before it, as Windows orders them. They start again after it, unless they are switched
# off; where this one does not run now, those that stopped with it as well.
$stop = @('Restarted', 'Stopped') -contains $wish
$needing = @(if ($stop) { Get-Service -Name $Name -DependentServices -ErrorAction Stop })
$stops = @(
    foreach ($other in $needing) { if ($other.Status.ToString() -ne 'Stopped') { $other.Name } }
    if ($stop) { $Name }
)
$names = @(
    foreach ($one in $stops) { $one }
    if (@('Restarted', 'Running') -contains $wish) { $Name }
    for ($i = $needing.Count - 1; $wish -eq 'Restarted' -and $i -ge 0; $i = $i - 1) {
        if ($Before['state'] -ne 'Running' -or $stops -contains $needing[$i].Name) { $needing[$i].Name }
    }
)
$waits = 60
for ($i = 0; $i -lt $names.Count; $i = $i + 1) {
    # At most 30 seconds for all that stop, and as many for all that start: the cmdlets for services wait without end.
    if ($i -eq $stops.Count) { $waits = 60 }
    $method = 'StartService'
    $wanted = 'Running'
    if ($i -lt $stops.Count) {
        $method = 'StopService'
        $wanted = 'Stopped'
    }
    $one = $names[$i].Replace('\', '\\').Replace("'", "\'")
    $service = Get-CimInstance -ClassName Win32_Service -Filter "Name = '$one'" -ErrorAction Stop
    if ($null -eq $service) { throw "There is no service $one on this computer." }
    $may = $wanted -eq 'Stopped' -or $names[$i] -eq $Name -or $service.StartMode -ne 'Disabled'
    if ($may -and $service.State -ne $wanted) {
        $code = (Invoke-CimMethod -InputObject $service -MethodName $method -ErrorAction Stop).ReturnValue
        # 0 taken; 5, 6, 7 and 10 not now, or not in time: what becomes of it, its state says. Anything else is a no.
        if (@(0, 5, 6, 7, 10) -notcontains $code) { throw "Windows answered with $code to $method of the service $one" }
        for ($state = ''; $state -ne $wanted -and $waits -gt 0; $waits = $waits - 1) {
            Start-Sleep -Milliseconds 500 -ErrorAction Stop
            $state = (Get-CimInstance -ClassName Win32_Service -Filter "Name = '$one'" -ErrorAction Stop).State
        }
        # Fixed words, by which the portal knows that it hangs.
        if ($state -eq 'Start Pending') { throw 'start_pending' }
        if ($state -ne $wanted -and $wanted -eq 'Stopped') { throw 'stop_pending' }
        if ($state -ne $wanted) { throw "The service $one is $state, although Windows took $method" }
    }
}
