param([hashtable] $Desired, [hashtable] $Before)

if (-not $Desired['flushed']) {
    throw 'Names can only be forgotten.'
}
Clear-DnsClientCache -ErrorAction Stop
