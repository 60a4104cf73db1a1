param([string] $Rule)

# The rules as Windows keeps them (MS-GPFAS 2.2.2.19): the cmdlet for rules takes a minute where there are a thousand.
$policy = 'HKLM:\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy'
$paths = @{
    Local       = "$policy\FirewallRules"
    GroupPolicy = 'HKLM:\SOFTWARE\Policies\Microsoft\WindowsFirewall\FirewallRules'
    Mdm         = "$policy\Mdm\FirewallRules"
}
$listener = 'HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp'
$port = 3389
if (Test-Path -LiteralPath $listener) {
    $key = Get-Item -LiteralPath $listener -ErrorAction Stop
    $port = $key.GetValue('PortNumber', 3389, 'DoNotExpandEnvironmentNames')
}
$protocol = 6
if ($Rule.Contains('UDP')) {
    $protocol = 17
}
$known = @(foreach ($store in @('Local', 'GroupPolicy', 'Mdm')) {
    if (Test-Path -LiteralPath ($paths[$store])) {
        $key = Get-Item -LiteralPath ($paths[$store]) -ErrorAction Stop
        $key.GetValueNames() | ForEach-Object -Process { "$store|$_|" + $key.GetValue($_, '', 'DoNotExpandEnvironmentNames') } -ErrorAction Stop
    }
})
# Those that are on and may decide about the port: for it, for a range or for every port, and not for another program.
$rules = @($known | Where-Object -FilterScript {
    $_.Contains('|Active=TRUE|') -and $_.Contains('|Dir=In|') -and
    ($_.Contains("|Protocol=$protocol|") -or -not $_.Contains('|Protocol=')) -and
    ($_.Contains("|LPort=$port|") -or $_.Contains('|LPort2_10=') -or -not $_.Contains('|LPort=')) -and
    ($_.Contains('\svchost.exe|') -or -not $_.Contains('|App=')) -and
    -not $_.Contains('|AppPkgId=') -and -not $_.Contains('|PFN=')
} -ErrorAction Stop)
$own = @($known | Where-Object -FilterScript { $_.Contains("Local|$Rule|v") -and $_.Contains('|EmbedCtxt=@FirewallAPI.dll,-28752|') } -ErrorAction Stop)
# What holds for each kind of network is asked of the service itself, which merges the stores. It cannot say so while it is off.
$service = Get-CimInstance -ClassName Win32_Service -Filter "Name = 'MpsSvc'" -ErrorAction Stop
$settings = @()
$state = @{ exists = $own.Count -gt 0; enabled = $null; profiles = $null; action = $null; ports = $null; service = $null; port = $port; rules = $rules }
if ($null -ne $service) {
    $state['service'] = $service.State
    if ($service.State -eq 'Running') {
        $settings = @(Get-NetFirewallProfile -PolicyStore ActiveStore -ErrorAction Stop)
    }
}
$state['off'] = @($settings | Where-Object -FilterScript { $_.Enabled.ToString() -eq 'False' } -ErrorAction Stop | ForEach-Object -Process { $_.Name } -ErrorAction Stop)
$state['ignored'] = @($settings | Where-Object -FilterScript { $_.AllowLocalFirewallRules.ToString() -eq 'False' } -ErrorAction Stop | ForEach-Object -Process { $_.Name } -ErrorAction Stop)
$state['shut'] = @($settings | Where-Object -FilterScript { $_.AllowInboundRules.ToString() -eq 'False' } -ErrorAction Stop | ForEach-Object -Process { $_.Name } -ErrorAction Stop)
$state['unguarded'] = @($settings | Where-Object -FilterScript { $_.DefaultInboundAction.ToString() -eq 'Allow' } -ErrorAction Stop | ForEach-Object -Process { $_.Name } -ErrorAction Stop)
$state['active'] = @(Get-NetConnectionProfile -ErrorAction Stop | ForEach-Object -Process { $_.NetworkCategory.ToString() } -ErrorAction Stop)
if ($own.Count -gt 0) {
    $text = $own[0]
    $state['enabled'] = $text.Contains('|Active=TRUE|')
    $state['action'] = @(@('Allow', 'Block') | Where-Object -FilterScript { $text.Contains("|Action=$_|") } -ErrorAction Stop) -join ''
    $state['ports'] = @($text.Split('|') | Where-Object -FilterScript { $_.Contains('LPort') } -ErrorAction Stop | ForEach-Object -Process { $_.Replace('LPort=', '').Replace('LPort2_10=', '') } -ErrorAction Stop) -join ', '
    $state['profiles'] = @(@('Domain', 'Private', 'Public') | Where-Object -FilterScript { $text.Contains("|Profile=$_|") } -ErrorAction Stop) -join ', '
    if ($state['profiles'].Equals('')) {
        $state['profiles'] = 'Any'
    }
}
$state
