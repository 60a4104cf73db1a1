param()

# Windows keeps these two keys from an installation until the restart that completes it.
$servicing = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending'
$updates = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'
@{
    time              = [datetime]::UtcNow.ToString('s') + 'Z'
    servicing_pending = Test-Path -LiteralPath $servicing
    updates_pending   = Test-Path -LiteralPath $updates
}
