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
    $port = (Get-Item -LiteralPath $listener -ErrorAction Stop).GetValue('PortNumber', 3389, 'DoNotExpandEnvironmentNames')
}
$protocol = $Rule.Replace('RemoteDesktop-UserMode-In-TCP', '6').Replace('RemoteDesktop-UserMode-In-UDP', '17')
$own = ''
# Those that are on and may decide about the port: for it, for a range or for every port, and not for another program.
$rules = @(foreach ($store in @('Local', 'GroupPolicy', 'Mdm')) {
    if (Test-Path -LiteralPath ($paths[$store])) {
        $key = Get-Item -LiteralPath ($paths[$store]) -ErrorAction Stop
        foreach ($name in $key.GetValueNames()) {
            $line = "$store|$name|" + $key.GetValue($name, '', 'DoNotExpandEnvironmentNames')
            if ($line.Contains("Local|$Rule|v") -and $line.Contains('|EmbedCtxt=@FirewallAPI.dll,-28752|')) {
                $own = $line
            }
            if (($line.Contains("|LPort=$port|") -or $line.Contains('|LPort2_10=') -or -not $line.Contains('|LPort=')) -and
                $line.Contains('|Active=TRUE|') -and $line.Contains('|Dir=In|') -and
                ($line.Contains("|Protocol=$protocol|") -or -not $line.Contains('|Protocol=')) -and
                ($line.Contains('\svchost.exe|') -or -not $line.Contains('|App=')) -and
                -not $line.Contains('|AppPkgId=') -and -not $line.Contains('|PFN=')) {
                $line
            }
        }
    }
})
# What holds for each kind of network is asked of the service itself, which merges the stores. It cannot say so while it is off.
$service = Get-CimInstance -ClassName Win32_Service -Filter "Name = 'MpsSvc'" -ErrorAction Stop
$settings = @()
$state = @{ exists = $own.Length -gt 0; enabled = $null; profiles = $null; action = $null; ports = $null; service = $null; port = $port; rules = $rules }
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
if ($own.Length -gt 0) {
    $state['enabled'] = $own.Contains('|Active=TRUE|')
    $state['action'] = @(@('Allow', 'Block') | Where-Object -FilterScript { $own.Contains("|Action=$_|") } -ErrorAction Stop) -join ''
    $state['ports'] = @($own.Split('|') | Where-Object -FilterScript { $_.Contains('LPort') } -ErrorAction Stop | ForEach-Object -Process { $_.Replace('LPort=', '').Replace('LPort2_10=', '') } -ErrorAction Stop) -join ', '
    $state['profiles'] = @(@('Domain', 'Private', 'Public') | Where-Object -FilterScript { $own.Contains("|Profile=$_|") } -ErrorAction Stop) -join ', '
    if ($state['profiles'].Equals('')) {
        $state['profiles'] = 'Any'
    }
}
$state
