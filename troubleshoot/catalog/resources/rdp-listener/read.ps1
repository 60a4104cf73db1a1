param()

$listener = Get-CimInstance -Namespace 'root/cimv2/TerminalServices' -ClassName Win32_TSGeneralSetting -Filter "TerminalName = 'RDP-Tcp'" -ErrorAction Stop
$state = @{
    exists                  = $false
    security_layer          = $null
    security_layer_source   = $null
    encryption_level        = $null
    encryption_level_source = $null
    nla                     = $null
    nla_source              = $null
    certificate_hash        = $null
    certificate_type        = $null
}
if ($null -ne $listener) {
    $state['exists'] = $true
    $state['security_layer'] = $listener.SecurityLayer
    $state['security_layer_source'] = $listener.PolicySourceSecurityLayer
    $state['encryption_level'] = $listener.MinEncryptionLevel
    $state['encryption_level_source'] = $listener.PolicySourceMinEncryptionLevel
    $state['nla'] = $listener.UserAuthenticationRequired -eq 1
    $state['nla_source'] = $listener.PolicySourceUserAuthenticationRequired
    $state['certificate_hash'] = $listener.SSLCertificateSHA1Hash
    $state['certificate_type'] = $listener.SSLCertificateSHA1HashType
}
$state
