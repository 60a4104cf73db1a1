param([string] $Target, [hashtable] $Desired, [hashtable] $Before)

if (-not $Desired.ContainsKey('sddl') -or $null -eq $Desired['sddl']) {
    throw 'Permissions are never taken away altogether.'
}
$system = Get-CimInstance -ClassName Win32_OperatingSystem -ErrorAction Stop
$drive = $system.SystemDrive
$path = "$drive\ProgramData\Microsoft\Crypto\RSA\MachineKeys"
if ($Target -eq 'Remote Desktop key') {
    $guid = Get-ItemPropertyValue -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Cryptography' -Name 'MachineGuid' -ErrorAction Stop
    $path = "$path\f686aace6942fb7f7ceb231212eef4a4_$guid"
}
$sections = 'Owner, Access'
# Owner and list only: Set-Acl would write every section and leave no audit entry.
$file = Get-Item -LiteralPath $path -Force -ErrorAction Stop
$security = $file.GetAccessControl($sections)
$found = $security.GetSecurityDescriptorSddlForm($sections)
if (-not $found.Equals($Before['sddl'])) {
    throw 'Somebody else has just changed these permissions.'
}
$security.SetSecurityDescriptorSddlForm($Desired['sddl'], $sections)
$file.SetAccessControl($security)
