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
}
# Only an undo may write what was there before whatever it was.
if ($enabled -and -not $Desired.ContainsKey('put_back')) {
    if (-not ($profiles -in @('Domain', 'Private', 'Domain, Private'))) {
        throw 'Remote Desktop is never opened on public networks.'
    }
    if (-not ($Before['action'] -eq 'Allow')) {
        throw 'This rule blocks: to switch it on would not open anything.'
    }
}
Set-NetFirewallRule -Name $Rule -Enabled $turned -Profile $profiles -ErrorAction Stop
