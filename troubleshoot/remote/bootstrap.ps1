# Mendpoint bootstrap: says what this PowerShell is, reads one JSON line from standard input, runs the runner text in it.
# The first lines use nothing that constrained language or an old version forbids. The door reads exit codes 3 and 4
# together with the hello line; every other answer is a marked line with the nonce of the request.
$mode = "$($ExecutionContext.SessionState.LanguageMode)"
'#mendpoint - hello {{"ps":"{0}","mode":"{1}"}}' -f $PSVersionTable.PSVersion, $mode
if ($mode -ne 'FullLanguage') { exit 3 }
if ($PSVersionTable.PSVersion -lt [version] '5.1') { exit 4 }
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$request = ConvertFrom-Json -InputObject (@($input) -join '')
try {
    & ([ScriptBlock]::Create($request.runner)) $request
}
catch {
    # Antimalware refuses a script block as a whole, before its first statement. Its identifier is not localised.
    if ("$($_.FullyQualifiedErrorId)" -notlike '*ScriptContainedMaliciousContent*') { throw }
    [Console]::Out.WriteLine(('#mendpoint {0} result {{"outcome":"refused","reason":"antimalware"}}' -f $request.nonce))
    exit 5
}
exit 0
