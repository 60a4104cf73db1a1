param([string] $Name, [hashtable] $Desired, [hashtable] $Before)

# The start mode first: a disabled service cannot be started.
if ($Desired.ContainsKey('start_mode')) {
    if ($Desired['start_mode'] -eq 'Auto') {
        Set-Service -Name $Name -StartupType Automatic -ErrorAction Stop
    } elseif ($Desired['start_mode'] -eq 'Manual') {
        Set-Service -Name $Name -StartupType Manual -ErrorAction Stop
    } elseif ($Desired['start_mode'] -eq 'Disabled') {
        Set-Service -Name $Name -StartupType Disabled -ErrorAction Stop
    } else {
        throw 'The start mode must be Auto, Manual or Disabled.'
    }
}
if ($Desired.ContainsKey('restarted')) {
    # A disabled service would stop and not come back.
    if ($Before['start_mode'] -eq 'Disabled' -and -not $Desired.ContainsKey('start_mode')) {
        throw 'A disabled service is not restarted: it could not start again.'
    }
    # This starts a stopped service too.
    Restart-Service -Name $Name -Force -ErrorAction Stop
} elseif ($Desired.ContainsKey('state')) {
    if ($Desired['state'] -eq 'Running') {
        Start-Service -Name $Name -ErrorAction Stop
    } elseif ($Desired['state'] -eq 'Stopped') {
        Stop-Service -Name $Name -Force -ErrorAction Stop
    } else {
        throw 'The state must be Running or Stopped.'
    }
}
