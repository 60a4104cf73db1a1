param()

$namespace = 'root/cimv2/TerminalServices'
$setting = Get-CimInstance -Namespace $namespace -ClassName Win32_TerminalServiceSetting -ErrorAction Stop
# TerminalServerMode 1 shares desktops; 0 is for administrators, which need no licences.
$shares = $setting.TerminalServerMode -eq 1
$days = $null
$names = @()
if ($shares) {
    $grace = Invoke-CimMethod -InputObject $setting -MethodName GetGracePeriodDays -ErrorAction Stop
    if ($grace.ReturnValue -eq 0) {
        $days = $grace.DaysLeft
    }
    $list = Invoke-CimMethod -InputObject $setting -MethodName GetSpecifiedLicenseServerList -ErrorAction Stop
    if ($list.ReturnValue -eq 0 -and $null -ne $list.SpecifiedLSList) {
        $names = @($list.SpecifiedLSList)
    }
}
# What Windows says of the way to each: 6 it is not reached, 0 that is not known, all else it is reached. Good for this computer
# are 1, 2, 9 and 11; of 7 nobody knows; 3 to 5, 8 and 10 refuse it: a trial version, too old, another group, no access.
$codes = @(foreach ($name in $names) {
    $asked = @{ ServerName = $name }
    $way = Invoke-CimMethod -InputObject $setting -MethodName GetTStoLSConnectivityStatus -Arguments $asked -ErrorAction Stop
    if ($way.ReturnValue -eq 0) {
        $way.TStoLSConnectivityStatus
    } else {
        0
    }
})
$servers = @(for ($i = 0; $i -lt $names.Count; $i = $i + 1) {
    $name = $names[$i]
    $code = $codes[$i]
    "$name = $code"
})
$reached = $null
$serves = $null
$there = @($codes | Where-Object -FilterScript { $_ -ne 6 -and $_ -ne 0 } -ErrorAction Stop)
if ($there.Count -gt 0) {
    $reached = $true
    if (@($there | Where-Object -FilterScript { @(1, 2, 9, 11) -contains $_ } -ErrorAction Stop).Count -gt 0) {
        $serves = $true
    } elseif ($there -notcontains 7) {
        $serves = $false
    }
} elseif ($codes -contains 6) {
    $reached = $false
}
@{
    shares_desktops = $shares
    mode            = $setting.LicensingType
    grace_days      = $days
    named           = $names.Count
    reached         = $reached
    serves          = $serves
    servers         = $servers
}
