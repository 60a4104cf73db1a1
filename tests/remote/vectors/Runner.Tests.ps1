# Runs the vectors against the real bootstrap and runner (Pester 5, Windows PowerShell 5.1, as administrator).
# It writes below HKLM:\SOFTWARE\MendpointVectors and C:\ProgramData\Mendpoint only. Not run on Windows so far.
BeforeDiscovery {
    # Those of the undo arm tasks, and are about a Task Scheduler that fails: they are not tried on a real computer.
    $vectors = Get-ChildItem -LiteralPath $PSScriptRoot -Filter '*.json' | Where-Object { $_.Name -ne 'undo.json' } |
        ForEach-Object { Get-Content -LiteralPath $_.FullName -Raw -Encoding UTF8 | ConvertFrom-Json } |
        ForEach-Object { $_ } |
        Where-Object { -not $_.PSObject.Properties['simulated_only'] } |
        ForEach-Object { @{ name = $_.name; vector = $_ } }
}

Describe 'the bootstrap and the runner' {
    BeforeAll {
        $remote = Join-Path $PSScriptRoot '..\..\..\troubleshoot\remote'
        $bootstrap = [IO.File]::ReadAllText((Join-Path $remote 'bootstrap.ps1'))
        $runner = @('runner_tools.ps1', 'runner_undo.ps1', 'runner_restore.ps1', 'runner.ps1' | ForEach-Object { [IO.File]::ReadAllText((Join-Path $remote $_)) }) -join "`n"
        $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($bootstrap))
        $key = 'HKLM:\SOFTWARE\MendpointVectors'
        $runs = Join-Path $env:ProgramData 'Mendpoint\runs'
        $nonce = '5' * 32

        function Get-Part($Source, [string] $Name, $Otherwise = $null) {
            if ($Source.PSObject.Properties[$Name]) { return $Source.$Name }
            $Otherwise
        }

        # A hashtable has no order of its keys: a text that has one, so that two values can be compared.
        function Format-Value($Value) {
            if ($null -eq $Value) { return 'null' }
            if ($Value -is [System.Management.Automation.PSCustomObject]) {
                $names = @($Value.PSObject.Properties | ForEach-Object { $_.Name } | Sort-Object)
                return '{' + (@(foreach ($name in $names) { "$name=" + (Format-Value $Value.$name) }) -join ';') + '}'
            }
            if ($Value -is [System.Collections.IList]) { return '[' + (@(foreach ($entry in $Value) { Format-Value $entry }) -join ';') + ']' }
            if ($Value -is [long] -or $Value -is [int]) { return "number:$Value" }
            '{0}:{1}' -f $Value.GetType().Name, $Value
        }

        function Get-Start([int] $Id) {
            (Get-CimInstance -ClassName Win32_Process -Filter "ProcessId = $Id").CreationDate.ToUniversalTime().ToString('s') + 'Z'
        }

        # A record that names a process of the vector names this one instead; the start of Windows is the real one.
        function Format-Run($Run, $State) {
            if ($Run -is [string]) { return $Run }
            if ((Get-Part $State 'processes') -and (Get-Part $Run 'process')) {
                if ($Run.started -ceq $State.processes[0].created_at) { $Run.started = Get-Start $PID }
                if ($Run.boot -ceq $State.booted_at) { $Run.boot = Get-Start 4 }
                $Run.process = $PID
            }
            ConvertTo-Json -InputObject $Run -Depth 10
        }

        function Set-Files($State) {
            foreach ($kind in @{ part = 'runs'; end = '.json' }, @{ part = 'reports'; end = '.result.json' }) {
                $files = Get-Part $State $kind.part
                if ($null -eq $files) { continue }
                foreach ($file in $files.PSObject.Properties) {
                    [IO.File]::WriteAllText((Join-Path $runs ($file.Name + $kind.end)), (Format-Run $file.Value $State))
                }
            }
        }

        # A reading that takes long, as the vector has it.
        function Set-Pace($Items, $State) {
            $slow = Get-Part $State 'slow' ([pscustomobject] @{})
            foreach ($item in $Items) {
                $seconds = Get-Part $slow $item.resource
                if ($null -ne $seconds) { $item.read = $item.read -replace '^(param\([^\n]*\)\n)', "`$1Start-Sleep -Seconds $seconds`n" }
            }
        }

        function Format-Request($Vector) {
            $request = $Vector.request
            Set-Pace $request.items $Vector.state
            $seconds = Get-Part $request 'read_seconds' 20
            foreach ($item in $request.items) { $item | Add-Member -NotePropertyName undo -NotePropertyValue $null -Force }
            foreach ($part in @{ runner = $runner; nonce = $nonce; read_seconds = $seconds; undo = $null; of = $null }.GetEnumerator()) {
                $request | Add-Member -NotePropertyName $part.Key -NotePropertyValue $part.Value -Force
            }
            $line = ConvertTo-Json -InputObject $request -Depth 10 -Compress
            [regex]::Replace($line, '[^\x20-\x7e]', { param($match) '\u{0:x4}' -f [int] $match.Value[0] })
        }

        # Takes so many lines, closes the pipe, and waits until what was begun has come to its end.
        function Invoke-Unheard([string] $Line, [int] $Lines) {
            $start = New-Object System.Diagnostics.ProcessStartInfo 'powershell.exe', "-NoProfile -NonInteractive -EncodedCommand $encoded"
            $start.UseShellExecute = $false
            $start.RedirectStandardInput = $true
            $start.RedirectStandardOutput = $true
            $process = [System.Diagnostics.Process]::Start($start)
            $process.StandardInput.WriteLine($Line)
            $process.StandardInput.Close()
            for ($read = 0; $read -lt $Lines; $read++) { [void] $process.StandardOutput.ReadLine() }
            $process.StandardOutput.Close()
            $process.WaitForExit()
        }

        function Select-Marks($Output, [string] $Kind) {
            $start = "#mendpoint $nonce $Kind "
            foreach ($line in $Output) { if ("$line".StartsWith($start)) { $line.Substring($start.Length) | ConvertFrom-Json } }
        }

        function Assert-States($Marks, [string] $Stage, $Wanted) {
            $found = @($Marks | Where-Object { $_.stage -ceq $Stage } | Sort-Object -Property item | ForEach-Object { Format-Value $_.state })
            ($found -join "`n") | Should -BeExactly (@(foreach ($state in $Wanted) { Format-Value $state }) -join "`n")
        }

        function Assert-Parts($Found, $Wanted) {
            foreach ($part in $Wanted.PSObject.Properties) { Format-Value $Found.($part.Name) | Should -BeExactly (Format-Value $part.Value) }
        }

        function Assert-Result($Output, $Expected) {
            $marked = @(Select-Marks $Output 'result')
            $marked.Count | Should -Be 1
            $result = $marked[0]
            $result.outcome | Should -BeExactly $Expected.outcome
            $states = @(Select-Marks $Output 'state')
            Assert-States $states 'read' $Expected.before
            Assert-States $states 'check' $Expected.after
            Format-Value @($result.written) | Should -BeExactly (Format-Value @($Expected.written))
            (@($result.errors | ForEach-Object { "$($_.index) $($_.stage)" }) -join ';') |
                Should -BeExactly (@($Expected.errors | ForEach-Object { $_ -join ' ' }) -join ';')
            $attempt = Get-Part $Expected 'attempt'
            if ($attempt) { Assert-Parts $result.attempt $attempt }
        }
    }

    BeforeEach {
        Remove-Item -LiteralPath $key -Recurse -Force -ErrorAction SilentlyContinue
        New-Item -Path $key -Force | Out-Null
    }

    It '<name>' -TestCases $vectors {
        param($name, $vector)
        $attempt = Join-Path $runs $vector.request.attempt
        Remove-Item -LiteralPath "$attempt.json", "$attempt.result.json", "$attempt.part" -Force -ErrorAction SilentlyContinue
        $registry = Get-Part $vector.state 'registry'
        if ($registry) {
            foreach ($value in $registry.$key.PSObject.Properties) {
                New-ItemProperty -LiteralPath $key -Name $value.Name -PropertyType $value.Value.kind -Value $value.Value.value | Out-Null
            }
        }
        Set-Files $vector.state
        $line = Format-Request $vector
        $hears = Get-Part $vector 'listener_hears'
        if ($null -eq $hears) {
            $output = @($line | powershell.exe -NoProfile -NonInteractive -EncodedCommand $encoded)
            $LASTEXITCODE | Should -Be $vector.expected.exit_code
            Assert-Result $output $vector.expected
        }
        else { Invoke-Unheard $line ($hears + 1) }
        if ($vector.expected.PSObject.Properties['registry']) {
            foreach ($value in $vector.expected.registry.PSObject.Properties) {
                Get-ItemPropertyValue -LiteralPath $key -Name $value.Name | Should -BeExactly $value.Value
            }
        }
        [IO.File]::Exists("$attempt.json") | Should -Be (Get-Part $vector.expected 'recorded' $false)
        foreach ($kind in @{ part = 'run'; end = '.json' }, @{ part = 'report'; end = '.result.json' }) {
            $wanted = Get-Part $vector.expected $kind.part
            if ($wanted) { Assert-Parts ([IO.File]::ReadAllText($attempt + $kind.end) | ConvertFrom-Json) $wanted }
        }
    }
}
