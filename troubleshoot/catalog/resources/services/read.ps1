param([string[]] $Names)

# One line for each service, in the order in which they were asked for: state, start mode and account.
$found = @(foreach ($name in $Names) {
    $service = Get-CimInstance -ClassName Win32_Service -Filter "Name = '$name'" -ErrorAction Stop
    if ($null -eq $service) {
        "$name = missing"
    } else {
        $state = $service.State
        $mode = $service.StartMode
        $account = $service.StartName
        if ($null -eq $account) {
            $account = 'unknown'
        }
        "$name = $state, $mode, $account"
    }
})
@{ found = $found }
