param([hashtable] $Desired, [hashtable] $Before)

if ($Desired['documents'].Count -gt 0) {
    throw 'A document cannot be put into a queue.'
}
# The queue of a shared printer belongs to its server, and to people who are not asked here.
$printers = @(Get-CimInstance -ClassName Win32_Printer -ErrorAction Stop)
$own = @($printers | Where-Object -FilterScript { $_.Local } -ErrorAction Stop)
foreach ($printer in $own) {
    $answer = Invoke-CimMethod -InputObject $printer -MethodName CancelAllJobs -ErrorAction Stop
    if ($answer.ReturnValue -ne 0) {
        throw 'Windows did not empty the queue of a printer.'
    }
}
