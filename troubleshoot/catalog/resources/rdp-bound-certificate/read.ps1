param()

$path = 'HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp'
$state = @{
    bound           = $null
    found           = $null
    subject         = $null
    has_private_key = $null
    not_before      = $null
    not_after       = $null
    in_time         = $null
    purposes        = $null
}
$bytes = $null
if (Test-Path -LiteralPath $path) {
    $key = Get-Item -LiteralPath $path -ErrorAction Stop
    $bytes = $key.GetValue('SSLCertificateSHA1Hash', $null, 'DoNotExpandEnvironmentNames')
}
if ($null -ne $bytes) {
    $bound = @($bytes | ForEach-Object -Process { $_.ToString('X2') } -ErrorAction Stop) -join ''
    $state['bound'] = $bound
    $certificates = @(Get-ChildItem -LiteralPath 'Cert:\LocalMachine\My' -ErrorAction Stop)
    $named = @($certificates | Where-Object -FilterScript { $_.Thumbprint -eq $bound } -ErrorAction Stop)
    $state['found'] = $named.Count -gt 0
    if ($named.Count -gt 0) {
        $certificate = $named[0]
        $now = [datetime]::UtcNow
        $start = $certificate.NotBefore.ToUniversalTime()
        $end = $certificate.NotAfter.ToUniversalTime()
        $state['subject'] = $certificate.Subject
        $state['has_private_key'] = $certificate.HasPrivateKey
        $state['not_before'] = $start.ToString('s') + 'Z'
        $state['not_after'] = $end.ToString('s') + 'Z'
        $state['in_time'] = $start -le $now -and $end -gt $now
        $usages = $certificate.EnhancedKeyUsageList
        $state['purposes'] = @($usages | ForEach-Object -Process { $_.ObjectId } -ErrorAction Stop)
    }
}
$state
