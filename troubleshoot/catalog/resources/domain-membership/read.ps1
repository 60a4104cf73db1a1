param()

$computer = Get-CimInstance -ClassName Win32_ComputerSystem -ErrorAction Stop
# 4 and 5 are domain controllers, which have no secure channel of this kind.
$controller = $computer.DomainRole -ge 4
$trusted = $null
if ($computer.PartOfDomain -and -not $controller) {
    $trusted = Test-ComputerSecureChannel -ErrorAction Stop
}
@{
    joined         = $computer.PartOfDomain
    name           = $computer.Domain
    controller     = $controller
    secure_channel = $trusted
}
