# Runs the vectors against the real bootstrap.ps1 and runner.ps1 (Pester 5, Windows PowerShell 5.1, as administrator).
# It writes below HKLM:\SOFTWARE\MendpointVectors and C:\ProgramData\Mendpoint only. Not run on Windows so far.
BeforeDiscovery {
    $vectors = Get-ChildItem -LiteralPath $PSScriptRoot -Filter '*.json' |
        ForEach-Object { Get-Content -LiteralPath $_.FullName -Raw -Encoding UTF8 | ConvertFrom-Json } |
        ForEach-Object { $_ } |
        Where-Object { -not $_.PSObject.Properties['simulated_only'] } |
        ForEach-Object { @{ name = $_.name; vector = $_ } }
}

Describe 'bootstrap.ps1 and runner.ps1' {
    BeforeAll {
        $remote = Join-Path $PSScriptRoot '..\..\..\troubleshoot\remote'
        $bootstrap = [IO.File]::ReadAllText((Join-Path $remote 'bootstrap.ps1'))
        $runner = [IO.File]::ReadAllText((Join-Path $remote 'runner.ps1'))
        $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($bootstrap))
        $key = 'HKLM:\SOFTWARE\MendpointVectors'
        $runs = Join-Path $env:ProgramData 'Mendpoint\runs'

        # A Hashtable has no order: what is compared is told in the order of its names.
        function Format-Ordered($Value) {
            if ($Value -is [System.Management.Automation.PSCustomObject]) {
                $names = @($Value.PSObject.Properties | ForEach-Object { $_.Name } | Sort-Object)
                return '{' + (@(foreach ($name in $names) { $name + ':' + (Format-Ordered $Value.$name) }) -join ',') + '}'
            }
            if ($Value -is [array]) { return '[' + (@(foreach ($entry in $Value) { Format-Ordered $entry }) -join ',') + ']' }
            ConvertTo-Json -InputObject $Value -Compress
        }
    }

    It '<name>' -TestCases $vectors {
        param($name, $vector)
        Remove-Item -LiteralPath $key -Recurse -Force -ErrorAction SilentlyContinue
        Remove-Item -LiteralPath (Join-Path $runs ($vector.request.attempt + '.json')) -Force -ErrorAction SilentlyContinue
        New-Item -Path $key -Force | Out-Null
        if ($vector.state.PSObject.Properties['registry']) {
            foreach ($value in $vector.state.registry.$key.PSObject.Properties) {
                New-ItemProperty -LiteralPath $key -Name $value.Name -PropertyType $value.Value.kind -Value $value.Value.value | Out-Null
            }
        }
        if ($vector.state.PSObject.Properties['runs']) {
            New-Item -Path (Join-Path $runs ($vector.request.attempt + '.json')) -ItemType File | Out-Null
        }
        $vector.request | Add-Member -NotePropertyName runner -NotePropertyValue $runner -Force
        $vector.request | Add-Member -NotePropertyName nonce -NotePropertyValue ('5' * 32) -Force
        $line = ConvertTo-Json -InputObject $vector.request -Depth 10 -Compress
        $ascii = [regex]::Replace($line, '[^\x20-\x7e]', { param($match) '\u{0:x4}' -f [int] $match.Value[0] })

        $output = @($ascii | powershell.exe -NoProfile -NonInteractive -EncodedCommand $encoded)
        $LASTEXITCODE | Should -Be $vector.expected.exit_code
        $marked = @($output | Where-Object { $_ -like ('#mendpoint ' + ('5' * 32) + ' result *') })
        $marked.Count | Should -Be 1
        $result = $marked[0].Substring(51) | ConvertFrom-Json
        $result.outcome | Should -BeExactly $vector.expected.outcome
        foreach ($part in 'before', 'after', 'written') {
            Format-Ordered @($result.$part) | Should -BeExactly (Format-Ordered @($vector.expected.$part))
        }
        @($result.errors).Count | Should -Be @($vector.expected.errors).Count
        if ($vector.expected.PSObject.Properties['registry']) {
            foreach ($value in $vector.expected.registry.PSObject.Properties) {
                Get-ItemPropertyValue -LiteralPath $key -Name $value.Name | Should -BeExactly $value.Value
            }
        }
    }
}
