"""Refusals: what lies outside the subset is named by line and construct before the first statement runs."""

import pytest

from tests.lab.powershell.hosts import host, output
from troubleshoot.lab import ScriptRefused, check_text
from troubleshoot.lab.powershell import run

# Each is refused although the branch that holds it is never taken.
OUTSIDE = {
    "non-ASCII": "'Größe'",
    "an en dash": "Get-Service \u2013Name x -ErrorAction Stop",
    "a typographic quote": "\u2018x\u2019",
    "a backtick": '"a`n"',
    "a doubled single quote": "'it''s'",
    "a doubled double quote": '"a""b"',
    "$x. in a string": '"$y.Name"',
    "$x[ in a string": '"$y[0]"',
    "$x: in a string": '"$y: z"',
    "$( ) in a string": '"$($y)"',
    "a constant in a string": '"$true"',
    "a here-string": "@'\nx\n'@",
    "a string over two lines": "'a\nb'",
    "an alias": "gsv -Name x -ErrorAction Stop",
    "a native command": "ipconfig",
    "an unknown cmdlet": "Invoke-Expression -Command 'x' -ErrorAction Stop",
    "a positional argument": "Get-Service 'x' -ErrorAction Stop",
    "an abbreviated parameter": "Get-Service -Na 'x' -ErrorAction Stop",
    "an unknown parameter": "Get-Service -ComputerName 'x' -Name 'y' -ErrorAction Stop",
    "a parameter twice": "Get-Service -Name 'x' -Name 'y' -ErrorAction Stop",
    "a missing parameter": "Get-Service -ErrorAction Stop",
    "a missing value": "Get-Service -ErrorAction Stop -Name",
    "a bare word with a dot": "Get-Service -Name a.b -ErrorAction Stop",
    "a computed argument without parentheses": "Get-Service -Name $y.Name -ErrorAction Stop",
    "a method call as an argument": "Get-Service -Name $y.A.ToString('x') -ErrorAction Stop",
    "arguments without a blank": "Get-Service -Name 'a'-ErrorAction Stop",
    "no -ErrorAction": "Get-Service -Name 'x'",
    "another -ErrorAction": "Get-Service -Name 'x' -ErrorAction SilentlyContinue",
    "redirection": "Get-Service -Name 'x' -ErrorAction Stop 2>$null",
    "a semicolon": "1; 2",
    "&&": "$y && $y",
    "the call operator": "& $y",
    "dot sourcing": ". $y",
    "splatting": "Get-Service @y",
    "$null on the right": "$y -eq $null",
    "-and with -or": "$true -and $true -or $true",
    "-match": "'a' -match 'b'",
    "-like": "'a' -like 'b'",
    "-replace": "'a' -replace 'b', 'c'",
    "-split": "'a' -split 'b'",
    "-is": "$y -is [int]",
    "-as": "$y -as [int]",
    "-f": "'{0}' -f $y",
    "..": "1..3",
    "division": "4 / 2",
    "!": "!$y",
    "++": "$y++",
    "+=": "$y += 1",
    "a comma list": "$y = 1, 2",
    "a chained assignment": "$y = $z = 1",
    "an if as a value": "$y = if ($true) { 1 } else { 2 }",
    "a hexadecimal literal": "0xFF",
    "a unit": "5GB",
    "a decimal fraction": "1.5",
    "return": "return",
    "break": "foreach ($i in @(1)) { break }",
    "switch": "switch ($y) { 1 { 2 } }",
    "while": "while ($true) { 1 }",
    "do": "do { 1 } while ($true)",
    "a typed catch": "try { 1 } catch [System.Exception] { 2 }",
    "finally": "try { 1 } catch { 2 } finally { 3 }",
    "throw alone": "throw",
    "throw alone in what is tried": "try { throw } catch { 1 }",
    "an error before it is one": "try { $_.FullyQualifiedErrorId } catch { 1 }",
    "a function": "function Get-It { 1 }",
    "a nested function with the script's name": "filter It { $_ }",
    "a class": "class A { }",
    "a static member": "[math]::Pi",
    "a static call": "[datetime]::Parse('x')",
    "[datetime]::Now": "[datetime]::Now",
    "a cast to [bool]": "[bool] $y",
    "a cast to [datetime]": "[datetime] '2026-01-01'",
    "a cast to [int[]]": "[int[]] @(1)",
    "an environment variable": "$env:TEMP",
    "a scope": "$script:y",
    "an automatic variable": "$PSVersionTable",
    "$? ": "$?",
    "$_ outside a block": "$_",
    "a variable that nothing assigns": "$nobody",
    "assigning an automatic variable": "$input = 1",
    "assigning a preference": "$ErrorActionPreference = 'Continue'",
    "assigning a constant": "$true = 1",
    "assigning in a block": "@(1) | ForEach-Object -Process { $y = $_ } -ErrorAction Stop",
    "assigning a property": "$y.Name = 1",
    "an unknown property": "$y.Nonsense",
    "an unknown method": "$y.Nonsense()",
    "a method that follows the culture": "$y.ToUpper()",
    "a computed member": "$y.$z",
    "a key that is computed": "@{ $y = 1 }",
    "a key twice": "@{ a = 1; A = 2 }",
    "input for a cmdlet that takes none": "$y | Get-Service -Name 'x' -ErrorAction Stop",
    "a pipeline cmdlet without input": "Where-Object -FilterScript { $true } -ErrorAction Stop",
    "a pipe into an expression": "@(1) | $y",
    "a script block as a value": "$y = { 1 }",
    "an empty script block": "@(1) | ForEach-Object -Process { } -ErrorAction Stop",
    "a block comment": "<# x #>",
    "#Requires": "#Requires -RunAsAdministrator",
    "an unknown CIM method": "Invoke-CimMethod -InputObject $y -MethodName Nope -ErrorAction Stop",
    "a value outside a closed list": "Set-Service -Name 'x' -StartupType Boot -ErrorAction Stop",
}


class TestTheStaticPass:
    @pytest.mark.parametrize("text", OUTSIDE.values(), ids=OUTSIDE.keys())
    def test_refuses(self, text: str) -> None:
        with pytest.raises(ScriptRefused) as caught:
            check_text(f"param([string] $Unused)\n$y = 1\n$z = 1\nif ($false) {{\n{text}\n}}\n")
        assert 4 <= caught.value.line <= 8

    @pytest.mark.parametrize(
        "block",
        [
            "",
            "1",
            "param($A)",
            "param([string] $A = 'x')",
            "param([Parameter(Mandatory)] [string] $A)",
            "param([string] $A, [int] $a)",
            "param([object] $A)",
            "param([string] $Input)",
            "param([string] $true)",
            "using namespace System\nparam()",
        ],
    )
    def test_refuses_the_parameter_block(self, block: str) -> None:
        with pytest.raises(ScriptRefused):
            check_text(block + "\n1")

    def test_names_line_construct_and_reason(self) -> None:
        with pytest.raises(ScriptRefused) as caught:
            check_text("param()\n$x = 1\n$x += 2\n")
        assert (caught.value.line, caught.value.construct) == (3, "$x += 2")
        assert str(caught.value) == "line 3: '$x += 2': of the assignments only = is part of the subset"

    def test_counts_lines_that_end_with_a_carriage_return(self) -> None:
        with pytest.raises(ScriptRefused) as caught:
            check_text("param()\r\n$x = 1\r\nreturn\r\n")
        assert caught.value.line == 3


# Each lies inside the grammar of the subset, but its values do not.
COERCIONS = {
    "an error in the output": "try { throw 'x' } catch { $_ }",
    "the identifier of an error that no table has": "$x = @(1)\ntry { $x[5] } catch { $_.FullyQualifiedErrorId }",
    "a number as a condition": "if (1) { 2 }",
    "a string as a condition": "if ('x') { 2 }",
    "null as a condition": "$x = $null\nif ($x) { 2 }",
    "-not of a number": "-not 1",
    "a string compared with a number": "'1' -eq 1",
    "a boolean compared with a string": "$true -eq 'True'",
    "a list compared": "@(1, 2) -eq 1",
    "a list on the right": "1 -eq @(1)",
    "the order of strings": "'a' -lt 'b'",
    "strings with ignorable characters": "$a -eq 'b'",
    "a number plus a string": "1 + 'x'",
    "a string plus a number": "'x' + 1",
    "lists added": "@(1) + @(2)",
    "an Int32 that overflows": "2147483647 + 1",
    "arithmetic on CIM numbers": "[uint32] 1 + [uint32] 2",
    "null in a string": '$x = $null\n"$x"',
    "a boolean in a string": '$x = $true\n"$x"',
    "a list in a string": '$x = @(1)\n"$x"',
    "null cast to a number": "[int] $null",
    "a boolean cast to a number": "[int] $true",
    "text cast to a number": "[int] ' 3 '",
    "null in a list": "@($null)",
    "null in a pipeline": "$null | ForEach-Object -Process { 1 } -ErrorAction Stop",
    "foreach over null": "$x = $null\nforeach ($i in $x) { 1 }",
    "a property of each item of a list": "@('a', 'b').Length",
    "Count of a string": "'abc'.Count",
    "Count of a hashtable with such a key": "@{ count = 1 }.Count",
    "a key by dot": "@{ a = 1 }.Length",
    "a negative index": "@(1)[-1]",
    "an index into a string": "'abc'[0]",
    "no output in a hashtable": "@{ a = @() | ForEach-Object -Process { 1 } -ErrorAction Stop }",
    "a local time as text": "$d = (Get-CimInstance -ClassName Win32_Process "
    "-Filter \"ProcessId = 4120\" -ErrorAction Stop)\n$d.CreationDate.ToString('s')",
    "a local time compared with a universal one": "$d = (Get-CimInstance -ClassName Win32_Process "
    "-Filter \"ProcessId = 4120\" -ErrorAction Stop)\n$d.CreationDate -lt [datetime]::UtcNow",
    "a date format of the culture": "[datetime]::UtcNow.ToString('yyyy-MM-dd')",
    "a number format of the culture": "(5).ToString('N2')",
    "the case of other alphabets": "$a.ToUpperInvariant()",
    "a pattern of event logs": "Get-WinEvent -ListLog '*' -ErrorAction Stop",
    "an event query of two forms": "Get-WinEvent -ListLog 'System' -LogName 'System' -ErrorAction Stop",
    "an event query without a bound": "Get-WinEvent -LogName 'System' -ErrorAction Stop",
    "an event query by other keys": "Get-WinEvent -FilterHashtable @{ LogName = 'System' } -MaxEvents 1 "
    "-ErrorAction Stop",
    "an event query by texts": "Get-WinEvent -FilterHashtable @{ LogName = 'System'; Id = @('1'); "
    "StartTime = [datetime]::UtcNow.ToLocalTime() } -MaxEvents 1 -ErrorAction Stop",
    "an event query from a UTC time": "Get-WinEvent -FilterHashtable @{ LogName = 'System'; Id = @(1); "
    "StartTime = [datetime]::UtcNow } -MaxEvents 1 -ErrorAction Stop",
    "days added to a local time": "[datetime]::UtcNow.ToLocalTime().AddDays(-1)",
    "a bound that is a text": "Get-WinEvent -LogName 'System' -MaxEvents '1' -ErrorAction Stop",
    "a wildcard in a name": "Get-Service -Name 'Term*' -ErrorAction Stop",
    "New-Item -Force on an existing key": "New-Item -Path 'HKLM:\\SOFTWARE' -Force -ErrorAction Stop",
    "an Int32 for a CIM uint32": "$l = Get-CimInstance -Namespace 'root/cimv2/TerminalServices' "
    "-ClassName Win32_TSGeneralSetting -ErrorAction Stop\n"
    "Invoke-CimMethod -InputObject $l -MethodName SetSecurityLayer -Arguments @{ SecurityLayer = 2 } -ErrorAction Stop",
    "an enumeration compared with a string": "(Get-Service -Name TermService -ErrorAction Stop).Status -eq 'Running'",
    "expanded variables": "(Get-Item -LiteralPath 'HKLM:\\SOFTWARE' -ErrorAction Stop).GetValue('x', $null, 'None')",
    "another drive": "Test-Path -LiteralPath 'C:\\Windows'",
    "a whole store": "Remove-Item -LiteralPath 'Cert:\\LocalMachine\\My' -ErrorAction Stop",
    "a filter that is no boolean": "@(1) | Where-Object -FilterScript { $_ } -ErrorAction Stop",
    "a filter with two answers": "@(1) | Where-Object -FilterScript {\n$true\n$true\n} -ErrorAction Stop",
    "sorting with equal keys": "@('a', 'b') | Sort-Object -Property Length -ErrorAction Stop",
    "sorting by strings": "$s = Get-CimInstance -ClassName Win32_Service -ErrorAction Stop\n"
    "$s | Sort-Object -Property Name -ErrorAction Stop",
    "a date in the output": "[datetime]::UtcNow",
    "an object in the output": "Get-Service -Name TermService -ErrorAction Stop",
    "an integer that JSON cannot carry": "9007199254740993",
    "the default value of a key": "Remove-ItemProperty -LiteralPath 'HKLM:\\A' -Name '(Default)' -ErrorAction Stop",
    "a string that names a type of data": "New-ItemProperty -LiteralPath 'HKLM:\\SOFTWARE' -Name a -PropertyType DWord "
    "-Value '5' -ErrorAction Stop",
}  # fmt: skip


class TestARun:
    @pytest.mark.parametrize("body", COERCIONS.values(), ids=COERCIONS.keys())
    def test_refuses(self, body: str) -> None:
        with pytest.raises(ScriptRefused) as caught:
            output("$a = $Given\n" + body, Given="b\u200e")
        assert caught.value.reason

    @pytest.mark.parametrize(
        "params", [{}, {"A": None}, {"A": 1}, {"A": "x", "B": "y"}, {"A": "x", "a": "x"}, {"A": True}, {"A": 2**70}]
    )
    def test_refuses_parameters_that_do_not_fit(self, params: dict[str, object]) -> None:
        with pytest.raises(ScriptRefused):
            run("param([string] $A)\n1", params, host())  # type: ignore[arg-type]

    def test_names_the_line_of_the_value_that_does_not_fit(self) -> None:
        with pytest.raises(ScriptRefused) as caught:
            output("$x = 1\nif ($x -eq 1) {\n    $y = 'a' -eq $x\n}")
        assert caught.value.line == 4
        assert caught.value.construct == "'a' -eq $x"
