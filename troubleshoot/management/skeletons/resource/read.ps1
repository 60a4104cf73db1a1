param()

# Windows PowerShell 5.1, ASCII, at most 60 lines; it puts out exactly one flat hashtable.
$computer = Get-CimInstance -ClassName Win32_ComputerSystem -ErrorAction Stop
$role = 'alone'
if ($computer.DomainRole -ge 4) {
    $role = 'controller'
} elseif ($computer.PartOfDomain) {
    $role = 'member'
}
@{ role = $role }
