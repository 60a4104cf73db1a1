param()

$entries = @(Get-DnsClientCache -ErrorAction Stop)
@{ entries = $entries.Count }
