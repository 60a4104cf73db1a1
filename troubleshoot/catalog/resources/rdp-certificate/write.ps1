param([hashtable] $Desired, [hashtable] $Before)

if (-not $Desired['usable']) {
    throw 'A certificate is never made unusable.'
}
# Remove what cannot be used, one by one; Remote Desktop Configuration makes a new one when it starts.
$store = 'Cert:\LocalMachine\Remote Desktop'
$now = [datetime]::UtcNow
if (Test-Path -LiteralPath $store) {
    $items = @(Get-ChildItem -LiteralPath $store -ErrorAction Stop)
    foreach ($item in $items) {
        $begun = $item.NotBefore.ToUniversalTime() -le $now
        $over = $item.NotAfter.ToUniversalTime() -le $now
        if (-not ($item.HasPrivateKey -and $begun -and -not $over)) {
            $thumbprint = $item.Thumbprint
            Remove-Item -LiteralPath "$store\$thumbprint" -ErrorAction Stop
        }
    }
}
