param([string] $Rule)

# "Remote Desktop" in every language.
$group = '@FirewallAPI.dll,-28752'
$own = @(Get-NetFirewallRule -Group $group -ErrorAction Stop | Where-Object -FilterScript { $_.Name -eq $Rule } -ErrorAction Stop)
# What is in force may hold none of them, which is an error of its own.
try {
    $forced = @(Get-NetFirewallRule -Group $group -PolicyStore ActiveStore -ErrorAction Stop | Where-Object -FilterScript {
        $_.Name -eq $Rule -and $_.Enabled.ToString() -eq 'True' -and $_.PolicyStoreSourceType.ToString() -eq 'GroupPolicy'
    } -ErrorAction Stop)
} catch {
    if (-not $_.FullyQualifiedErrorId.Contains('CmdletizationQuery_NotFound')) { throw }
    $forced = @()
}
$settings = @(Get-NetFirewallProfile -PolicyStore ActiveStore -ErrorAction Stop)
$off = @($settings | Where-Object -FilterScript { $_.Enabled.ToString() -eq 'False' } -ErrorAction Stop)
$ignored = @($settings | Where-Object -FilterScript { $_.AllowLocalFirewallRules.ToString() -eq 'False' } -ErrorAction Stop)
$networks = @(Get-NetConnectionProfile -ErrorAction Stop)
$state = @{
    exists          = $own.Count -gt 0
    enabled         = $null
    profiles        = $null
    action          = $null
    policy_action   = $null
    policy_profiles = $null
    ignored         = @($ignored | ForEach-Object -Process { $_.Name } -ErrorAction Stop)
    off             = @($off | ForEach-Object -Process { $_.Name } -ErrorAction Stop)
    active          = @($networks | ForEach-Object -Process { $_.NetworkCategory.ToString() } -ErrorAction Stop)
}
if ($own.Count -gt 0) {
    $first = $own[0]
    $state['enabled'] = $first.Enabled.ToString() -eq 'True'
    $state['profiles'] = $first.Profile.ToString()
    $state['action'] = $first.Action.ToString()
}
if ($forced.Count -gt 0) {
    $first = $forced[0]
    $state['policy_action'] = $first.Action.ToString()
    $state['policy_profiles'] = $first.Profile.ToString()
}
$state
