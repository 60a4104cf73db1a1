param([string] $Rule, [hashtable] $Desired, [hashtable] $Before)

$enabled = $Before['enabled']
if ($Desired.ContainsKey('enabled')) {
    $enabled = $Desired['enabled']
}
$profiles = $Before['profiles']
if ($Desired.ContainsKey('profiles')) {
    $profiles = $Desired['profiles']
}
if ($null -eq $enabled -or $null -eq $profiles) {
    throw 'There is no such rule on this computer.'
}
$turned = 'False'
if ($enabled) {
    $turned = 'True'
    if (-not ($profiles -in @('Domain', 'Private', 'Domain, Private'))) {
        throw 'Remote Desktop is never opened on public networks.'
    }
}
Set-NetFirewallRule -Name $Rule -Enabled $turned -Profile $profiles -ErrorAction Stop
