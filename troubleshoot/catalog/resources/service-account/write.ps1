param([string] $Name, [hashtable] $Desired, [hashtable] $Before)

$account = $Desired['account']
if (-not ($account -in @('LocalSystem', 'NT AUTHORITY\LocalService', 'NT AUTHORITY\NetworkService'))) {
    throw 'Only accounts of Windows itself are written: they have no password.'
}
$quoted = $Name.Replace('\', '\\').Replace("'", "\'")
$service = Get-CimInstance -ClassName Win32_Service -Filter "Name = '$quoted'" -ErrorAction Stop
if ($null -eq $service) {
    throw "There is no service ${Name}."
}
$answer = Invoke-CimMethod -InputObject $service -MethodName Change -Arguments @{ StartName = $account; StartPassword = '' } -ErrorAction Stop
if ($answer.ReturnValue -ne 0) {
    $code = $answer.ReturnValue
    throw "Changing the account failed with the WMI code ${code}."
}
