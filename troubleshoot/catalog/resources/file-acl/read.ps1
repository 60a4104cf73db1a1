param([string] $Target)

$system = Get-CimInstance -ClassName Win32_OperatingSystem -ErrorAction Stop
$drive = $system.SystemDrive
$path = "$drive\ProgramData\Microsoft\Crypto\RSA\MachineKeys"
if ($Target -eq 'Remote Desktop key') {
    $guid = Get-ItemPropertyValue -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Cryptography' -Name 'MachineGuid' -ErrorAction Stop
    $path = "$path\f686aace6942fb7f7ceb231212eef4a4_$guid"
}
$state = @{ exists = $false; sddl = $null; inheriting = @() }
if (Test-Path -LiteralPath $path -ErrorAction Stop) {
    $security = Get-Acl -LiteralPath $path -ErrorAction Stop
    $text = $security.GetSecurityDescriptorSddlForm('Owner, Access')
    $state['exists'] = $true
    $state['sddl'] = $text
    # Another list of a folder that hands entries down changes what its files have from it. A folder may hold very many.
    if ($text.Contains('OI') -and ($Target -eq 'MachineKeys folder')) {
        $keys = @(Get-ChildItem -LiteralPath $path -Force -ErrorAction Stop)
        $state['inheriting'] = @(for ($i = 0; $i -lt $keys.Count -and $i -lt 1000; $i = $i + 1) {
            $key = $keys[$i]
            try {
                $list = $key.GetAccessControl('Access').GetSecurityDescriptorSddlForm('Access')
            } catch {
                # What cannot be looked at may have such entries.
                $list = ';ID;'
            }
            if ($list.Contains(';ID;')) {
                $key.Name
            }
        })
    }
}
$state
