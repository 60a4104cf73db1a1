param([string] $Target)

$system = Get-CimInstance -ClassName Win32_OperatingSystem -ErrorAction Stop
$drive = $system.SystemDrive
$path = "$drive\ProgramData\Microsoft\Crypto\RSA\MachineKeys"
if ($Target -eq 'Remote Desktop key') {
    $guid = Get-ItemPropertyValue -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Cryptography' -Name 'MachineGuid' -ErrorAction Stop
    $path = "$path\f686aace6942fb7f7ceb231212eef4a4_$guid"
}
$state = @{ exists = $false; sddl = $null }
if (Test-Path -LiteralPath $path -ErrorAction Stop) {
    $security = Get-Acl -LiteralPath $path -ErrorAction Stop
    $state['exists'] = $true
    $state['sddl'] = $security.GetSecurityDescriptorSddlForm('Owner, Access')
}
$state
