& { # Looks from this PC at one computer, for its case in Mendpoint. It changes nothing, and what it prints stays here
  # until you paste it.
  $name = 'COMPUTER'; $port = 3389
  Set-StrictMode -Off; $quiet = @{ ErrorAction = 'SilentlyContinue' }
  # 1. Where does the name lead, does the computer answer there, and what does it say to Remote Desktop's greeting?
  $found = @(); $addresses = @('untold'); $tcp = 'untold'; $reply = 'untold'; $count = 0
  if ("$($ExecutionContext.SessionState.LanguageMode)" -eq 'FullLanguage') {
    try { $found = @([Net.Dns]::GetHostAddresses($name) | Select-Object -First 4) } catch { $found = @() }
    if ($found) { $addresses = $found; $tcp = 'silent' } else { $addresses = @('none') }
    foreach ($address in $found) {
      $client = New-Object Net.Sockets.TcpClient $address.AddressFamily
      try {
        if (-not $client.ConnectAsync($address, $port).Wait(5000)) { continue }
        $tcp = 'open'; $reply = 'silent'; $bytes = New-Object byte[] 19
        $stream = $client.GetStream(); $stream.ReadTimeout = 5000
        $stream.Write([byte[]](3, 0, 0, 19, 14, 224, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0), 0, 19)
        do { $more = $stream.Read($bytes, $count, 19 - $count); $count += $more } while ($more -and $count -lt 19)
        $reply = 'closed'; break
      } catch {
        $why = "$($_.Exception.GetBaseException().SocketErrorCode)"; if (-not $why) { $why = 'Unknown' }
        if ($tcp -ne 'open') { $tcp = $why; continue }
        if ($why -ne 'TimedOut') { $reply = 'closed' }
        break
      } finally { $client.Close() }
    }
    if ($count) { $reply = -join ($bytes[0..($count - 1)] | ForEach-Object { $_.ToString('x2') }) }
  }
  # 2. What did the Remote Desktop program note in the last day? Event numbers, reasons and times, nothing else.
  $log = 'untold'; $events = @()
  $filter = @{ LogName = 'Microsoft-Windows-TerminalServices-RDPClient/Operational'; Id = 226, 1024, 1026, 1102 }
  $filter.StartTime = (Get-Date).AddDays(-1)
  try { $events = @(Get-WinEvent -FilterHashtable $filter -MaxEvents 8 -ErrorAction Stop); $log = $events.Count }
  catch { if ("$($_.FullyQualifiedErrorId)" -like 'NoMatchingEventsFound*') { $log = 0 } }
  # 3. Is the fast way (UDP) switched off on this PC, and is a gateway set? Only whether, not which.
  $policy = 'SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services'
  $udp = if ((Get-ItemProperty "HKLM:\$policy\Client" @quiet).fClientDisableUDP -eq 1) { 'off' } else { 'on' }
  $folders = 'HKCU:\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders'
  $saved = @(Get-Content -LiteralPath "$((Get-ItemProperty $folders @quiet).Personal)\Default.rdp" @quiet)
  $named = ($saved -match '^gatewayhostname:s:.') -and ($saved -match '^gatewayusagemethod:i:[12]')
  $gateway = if ($named) { 'file' } else { 'none' }
  if ((Get-ItemProperty "HKCU:\$policy" @quiet).ProxyName) { $gateway = 'policy' }
  # 4. Which build of Windows is this? Some updates are known to break Remote Desktop on the PC that has them.
  $windows = Get-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion' @quiet
  $build = "$($windows.CurrentBuildNumber).$($windows.UBR)"
  if ($build -notmatch '^[0-9]{4,6}\.[0-9]{1,6}$') { $build = 'untold' }
  # 5. Print it, with a check value by which lost or changed letters are noticed.
  $lines = @("for ${name}:$port", "time $([DateTime]::UtcNow.ToString('s'))Z")
  $lines += $addresses | ForEach-Object { "address $_" }
  $lines += "tcp $tcp", "reply $reply", "udp $udp", "gateway $gateway", "build $build", "log $log"
  foreach ($entry in $events) {
    $reason = @(@($entry.Properties.Value) -match '^\d+$')[0]
    if ($entry.Id -ne 1026 -or $null -eq $reason) { $reason = '-' }
    $lines += "event $($entry.Id) $reason $($entry.TimeCreated.ToUniversalTime().ToString('s'))Z"
  }
  $check = 0
  foreach ($letter in ($lines -join "`n").ToCharArray()) { $check = ($check * 31 + [int]$letter) % 65521 }
  'MENDPOINT BEGIN 1'; $lines; "MENDPOINT END $check"
}
