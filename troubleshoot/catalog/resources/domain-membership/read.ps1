param()

$computer = Get-CimInstance -ClassName Win32_ComputerSystem -ErrorAction Stop
# 4 and 5 are domain controllers, which have no secure channel of this kind.
$controller = $computer.DomainRole -ge 4
$trusted = $null
$found = $null
if ($computer.PartOfDomain -and -not $controller) {
    $trusted = Test-ComputerSecureChannel -ErrorAction Stop
    if (-not $trusted) {
        # False also where no controller could be asked, as away from the company's network: then nothing is known of the
        # trust. nltest looks for one anew; its exit code tells in every language whether it found one.
        $domain = $computer.Domain
        $system = Get-CimInstance -ClassName Win32_OperatingSystem -ErrorAction Stop
        $folder = $system.SystemDirectory
        $arguments = @("/dsgetdc:$domain", '/force')
        $asked = Start-Process -FilePath "$folder\nltest.exe" -ArgumentList $arguments -Wait -PassThru -ErrorAction Stop
        $found = $asked.ExitCode -eq 0
    }
}
@{
    joined           = $computer.PartOfDomain
    name             = $computer.Domain
    controller       = $controller
    secure_channel   = $trusted
    controller_found = $found
}
