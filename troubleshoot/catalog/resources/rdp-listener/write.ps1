param([hashtable] $Desired, [hashtable] $Before)

$listener = Get-CimInstance -Namespace 'root/cimv2/TerminalServices' -ClassName Win32_TSGeneralSetting -Filter "TerminalName = 'RDP-Tcp'" -ErrorAction Stop
if ($null -eq $listener) {
    throw 'There is no RDP-Tcp listener.'
}
# Windows refuses TLS (2) together with encryption level 1: raise the level before the layer, lower it after the layer.
$order = @('encryption_level', 'security_layer', 'nla')
if ($Desired.ContainsKey('encryption_level')) {
    if ($Desired['encryption_level'] -eq 1) {
        $order = @('security_layer', 'encryption_level', 'nla')
    }
}
$wanted = @{
    encryption_level = $Desired['encryption_level']
    security_layer   = $Desired['security_layer']
    nla              = 0
}
if ($Desired.ContainsKey('nla')) {
    if ($Desired['nla']) {
        $wanted['nla'] = 1
    }
}
$methods = @{
    encryption_level = 'SetEncryptionLevel'
    security_layer   = 'SetSecurityLayer'
    nla              = 'SetUserAuthenticationRequired'
}
$names = @{
    encryption_level = 'MinEncryptionLevel'
    security_layer   = 'SecurityLayer'
    nla              = 'UserAuthenticationRequired'
}
$sources = @{
    encryption_level = $listener.PolicySourceMinEncryptionLevel
    security_layer   = $listener.PolicySourceSecurityLayer
    nla              = $listener.PolicySourceUserAuthenticationRequired
}
# Asked before anything is written: the methods may answer with a code or with an error for what policy sets.
foreach ($field in $order) {
    if ($Desired.ContainsKey($field) -and $sources[$field] -eq 1) {
        throw "Group policy sets ${field}: it cannot be changed on this computer."
    }
}
foreach ($field in $order) {
    if ($Desired.ContainsKey($field)) {
        # A cast would make 0, the weakest value, of a missing one.
        if ($null -eq $wanted[$field]) {
            throw "No value is given for ${field}."
        }
        $arguments = @{}
        $arguments[$names[$field]] = [uint32] $wanted[$field]
        $answer = Invoke-CimMethod -InputObject $listener -MethodName ($methods[$field]) -Arguments $arguments -ErrorAction Stop
        if ($answer.ReturnValue -ne 0) {
            $code = $answer.ReturnValue
            throw "Setting $field failed with the WMI code ${code}."
        }
    }
}
