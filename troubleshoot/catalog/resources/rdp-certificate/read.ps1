param()

$store = 'Cert:\LocalMachine\Remote Desktop'
$now = [datetime]::UtcNow
$items = @()
if (Test-Path -LiteralPath $store) {
    $items = @(Get-ChildItem -LiteralPath $store -ErrorAction Stop)
}
$usable = @($items | Where-Object -FilterScript {
    $_.HasPrivateKey -and $_.NotBefore.ToUniversalTime() -le $now -and $_.NotAfter.ToUniversalTime() -gt $now
} -ErrorAction Stop)
$state = @{
    number          = $items.Count
    usable          = $usable.Count -gt 0
    expired         = $null
    has_private_key = $null
    thumbprint      = $null
    subject         = $null
    not_before      = $null
    not_after       = $null
}
# The rest describes the one that lasts longest, of the usable ones if there are any.
$candidates = $items
if ($usable.Count -gt 0) {
    $candidates = $usable
}
$sorted = @($candidates | Sort-Object -Property NotAfter -Descending -ErrorAction Stop)
if ($sorted.Count -gt 0) {
    $best = $sorted[0]
    $end = $best.NotAfter.ToUniversalTime()
    $state['expired'] = $end -le $now
    $state['has_private_key'] = $best.HasPrivateKey
    $state['thumbprint'] = $best.Thumbprint
    $state['subject'] = $best.Subject
    $state['not_before'] = $best.NotBefore.ToUniversalTime().ToString('s') + 'Z'
    $state['not_after'] = $end.ToString('s') + 'Z'
}
$state
