param([string] $Name)

$quoted = $Name.Replace('\', '\\').Replace("'", "\'")
$service = Get-CimInstance -ClassName Win32_Service -Filter "Name = '$quoted'" -ErrorAction Stop
$state = @{ exists = $false; account = $null }
if ($null -ne $service) {
    $account = $service.StartName
    # Windows writes this name in two ways.
    if ($account.Equals('NT Authority\NetworkService')) {
        $account = 'NT AUTHORITY\NetworkService'
    }
    $state['exists'] = $true
    $state['account'] = $account
}
$state
