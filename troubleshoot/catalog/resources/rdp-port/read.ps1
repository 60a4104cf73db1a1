param()

$path = 'HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp'
$port = 3389
if (Test-Path -LiteralPath $path) {
    $key = Get-Item -LiteralPath $path -ErrorAction Stop
    $port = $key.GetValue('PortNumber', 3389, 'DoNotExpandEnvironmentNames')
}
$service = Get-CimInstance -ClassName Win32_Service -Filter "Name = 'TermService'" -ErrorAction Stop
$own = $null
if ($null -ne $service) {
    $own = $service.ProcessId
}
# Numbers instead of words: state 2 is Listen in every language.
$connections = @(Get-CimInstance -Namespace 'root/StandardCimv2' -ClassName MSFT_NetTCPConnection -Filter "LocalPort = $port" -ErrorAction Stop)
$listeners = @($connections | Where-Object -FilterScript { $_.State -eq 2 } -ErrorAction Stop)
$mine = @($listeners | Where-Object -FilterScript { $_.OwningProcess -eq $own } -ErrorAction Stop)
$others = @($listeners | Where-Object -FilterScript { $_.OwningProcess -ne $own } -ErrorAction Stop)
$programs = @(foreach ($one in $others) {
    $id = $one.OwningProcess
    $process = Get-CimInstance -ClassName Win32_Process -Filter "ProcessId = $id" -ErrorAction Stop
    if ($null -eq $process) {
        "process $id"
    } else {
        $name = $process.Name
        "$name, process $id"
    }
})
@{
    port      = $port
    addresses = @($mine | ForEach-Object -Process { $_.LocalAddress } -ErrorAction Stop)
    others    = $programs
}
