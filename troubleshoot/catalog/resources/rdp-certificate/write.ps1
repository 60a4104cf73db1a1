param([hashtable] $Desired, [hashtable] $Before)

if (-not $Desired['usable']) {
    throw 'A certificate is never made unusable.'
}
# What is out of date still works, with a warning. It goes only when there is a better one, which Remote Desktop
# Configuration makes when it starts, and not before; what has no private key never works.
$store = 'Cert:\LocalMachine\Remote Desktop'
$now = [datetime]::UtcNow
if (Test-Path -LiteralPath $store) {
    $items = @(Get-ChildItem -LiteralPath $store -ErrorAction Stop)
    $usable = @($items | Where-Object -FilterScript {
        $_.HasPrivateKey -and $_.NotBefore.ToUniversalTime() -le $now -and $_.NotAfter.ToUniversalTime() -gt $now
    } -ErrorAction Stop)
    $kept = @($usable | ForEach-Object -Process { $_.Thumbprint } -ErrorAction Stop)
    foreach ($item in $items) {
        $thumbprint = $item.Thumbprint
        if ($kept -notcontains $thumbprint -and ($kept.Count -gt 0 -or -not $item.HasPrivateKey)) {
            Remove-Item -LiteralPath "$store\$thumbprint" -ErrorAction Stop
        }
    }
}
