# The cases of proof.ps1, a test each (Pester 5, Windows PowerShell 5.1, as administrator). What changes the computer's own
# settings is tried on demand only: New-PesterContainer -Path tests/windows/Resources.Tests.ps1 -Data @{ Changes = $true }
param([bool] $Changes = $false)

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'proof.ps1') -AsLibrary
    $cases = @(Read-Cases)
    $resources = @{}
    foreach ($one in $cases) { if ($one.kind -eq 'resource') { $resources[$one.resource] = $one } }
    $tests = foreach ($proof in $proofs) {
        if ($proof.destroys -and -not $Changes) { continue }
        foreach ($one in $cases) {
            if ($one.kind -eq $proof.kind) {
                @{ kind = $one.kind; title = $one.title; resource = $one.resource; case = $one; of = $resources[$one.resource] }
            }
        }
    }
}

Describe 'the resources' {
    BeforeAll { . (Join-Path $PSScriptRoot 'proof.ps1') -AsLibrary }

    AfterAll { Remove-OwnKeys }

    It '<resource>, <kind>: <title>' -TestCases $tests {
        param($kind, $case, $of)
        $proof = @($proofs | Where-Object { $_.kind -eq $kind })[0]
        $end = Test-Case $case $of $proof.proof
        if ($end -eq 'left out') { Set-ItResult -Skipped -Because 'it is so already' } else { $end | Should -BeExactly '' }
    }
}
