"""Meanings: what 5.1 makes of the constructs of the subset, from knowledge of 5.1, never from a run."""

import copy
from typing import Any

import pytest

from tests.lab.powershell.hosts import host, output
from troubleshoot.lab import check_text
from troubleshoot.lab.powershell.errors import ScriptFailed

NONE = "(@() | ForEach-Object -Process { 1 } -ErrorAction Stop)"
NESTED = """\
@(1, 2) | ForEach-Object -Process {
    @(10) | ForEach-Object -Process { $_ } -ErrorAction Stop
    $_
} -ErrorAction Stop"""
BYTES = "[byte[]] @([byte] 1, [byte] 2) | ForEach-Object -Process { $_.ToString('X2') } -ErrorAction Stop"
EXPANDED = """\
$s = Get-Service -Name TermService -ErrorAction Stop
@($s) | Select-Object -ExpandProperty Name -ErrorAction Stop"""
MEANINGS: list[tuple[str, str, list[Any]]] = [
    ("output of every statement that is not captured", "1\n$x = 2\n'three'", [1, "three"]),
    ("$null = discards", "$null = 1\n2", [2]),
    ("lists unroll one level in the output", "@(1, 2)\n3", [1, 2, 3]),
    ("a hashtable does not unroll", "@{ a = 1; b = 'x' }", [{"a": 1, "b": "x"}]),
    ("$null is one object in the output", "$x = $null\n$x", [None]),
    ("no output is no object in the output", f"$x = {NONE}\n$x\n1", [1]),
    ("null equals no output", f"$null -eq {NONE}", [True]),
    ("a value is not null", "$null -ne 0", [True]),
    ("an empty list is not null", "$null -eq @()", [False]),
    (
        "a command with one result gives the object",
        "$x = @(5) | ForEach-Object -Process { $_ } -ErrorAction Stop\n$x -eq 5",
        [True],
    ),
    (
        "a command with two results gives a list",
        "$x = @(1, 2) | ForEach-Object -Process { $_ } -ErrorAction Stop\n$x.Count",
        [2],
    ),
    ("an expression keeps a list of one", "$x = @(7)\n$x.Count", [1]),
    ("@( ) around no output is an empty list", f"@({NONE}).Count", [0]),
    ("@( ) around a list does not nest", "$x = @(1, 2)\n@($x).Count", [2]),
    ("@( ) around a hashtable is a list of one", "@(@{ a = 1 }).Count", [1]),
    ("@( ) collects from a loop", "@(foreach ($i in @(1, 2)) { $i + 1 })", [2, 3]),
    ("names ignore case", "$Name = 'x'\n$NAME", ["x"]),
    ("keys ignore case and keep their first spelling", "$t = @{ Key = 1 }\n$t['KEY'] = 2\n$t", [{"Key": 2}]),
    ("a missing key is null", "$null -eq @{}['x']", [True]),
    ("ContainsKey", "@{ a = $null }.ContainsKey('A')", [True]),
    ("strings compare without case", "'ABC' -eq 'abc'", [True]),
    ("Equals compares with case", "'ABC'.Equals('abc')", [False]),
    ("equal text is equal in any alphabet", "$a = $Given\n$a -eq $Given", [True]),
    (
        "-in and -contains",
        "'b' -in @('A', 'B')\n@(1, 2) -contains 3\n1 -notin @(2)\n@(1) -notcontains 1",
        [True, False, True, False],
    ),
    ("comparisons of numbers of different widths", "[uint32] 5 -eq 5\n[byte] 3 -lt [long] 4", [True, True]),
    ("order of numbers", "1 -lt 2\n2 -le 2\n2 -gt 2\n2 -ge 3", [True, True, False, False]),
    ("order of booleans in -and", "$false -and $true\n$true -or $false\n-not $true", [False, True, False]),
    ("-and stops early", "$false -and 'not a boolean'", [False]),
    ("-or stops early", "$true -or 'not a boolean'", [True]),
    ("-join", "@('a', 'b') -join '-'\n@() -join '-'\n@(1, 2) -join ''", ["a-b", "", "12"]),
    ("text and numbers in a string", "$n = 5\n$t = 'x'\n\"$t$n ${t}y $t\\z\"", ["x5 xy x\\z"]),
    ("single quotes take everything as it is", "'$x $(1) \"'", ['$x $(1) "']),
    ("addition and subtraction", "1 + 2 - 4", [-1]),
    ("a negative number", "-5 + 2", [-3]),
    ("a literal beyond Int32 is Int64", "2147483647 + 4294967296", [6442450943]),
    ("a cast before an addition binds to its operand", "[long] 2147483647 + 1", [2147483648]),
    ("hexadecimal text as a number", "[byte] '0xff'\n[int] '0x10'", [255, 16]),
    ("hexadecimal text is two's complement", "[int] '0xFFFFFFFF'\n[long] '0xFFFFFFFFFFFFFFFE'", [-1, -2]),
    (
        "numbers as hexadecimal text",
        "(255).ToString('X4')\n(-1).ToString('X8')\n([byte] 10).ToString('X2')",
        ["00FF", "FFFFFFFF", "0A"],
    ),
    ("Replace is ordinal", "'aAa'.Replace('a', 'b')", ["bAb"]),
    ("Substring and Length", "'abcdef'.Substring(2, 3)\n'abc'.Length", ["cde", 3]),
    ("Contains is ordinal", "'abc'.Contains('B')", [False]),
    ("Split and Trim", "'a::b'.Split(':')\n' a b '.Trim()", ["a", "", "b", "a b"]),
    ("0x alone is 0", "[long] '0x'", [0]),
    ("if, elseif, else", "$x = 2\nif ($x -eq 1) { 'a' } elseif ($x -eq 2) { 'b' } else { 'c' }", ["b"]),
    ("for", "for ($i = 0; $i -lt 3; $i = $i + 1) { $i }", [0, 1, 2]),
    ("foreach leaves its variable behind", "foreach ($i in @(1, 2)) { $null = $i }\n$i", [2]),
    ("foreach over one value", "foreach ($i in 'abc') { $i }", ["abc"]),
    ("foreach over nothing", f"$x = {NONE}\nforeach ($i in $x) {{ $i }}\n'end'", ["end"]),
    ("$_ of an inner block hides the outer one", NESTED, [10, 1, 10, 2]),
    (
        "a block sees the variables around it",
        "$n = 2\n@(1, 2, 3) | Where-Object -FilterScript { $_ -ge $n } -ErrorAction Stop",
        [2, 3],
    ),
    ("bytes unroll in a pipeline", BYTES, ["01", "02"]),
    ("try and catch", "try {\n1\nthrow 'x'\n} catch {\n2\n}\n3", [2, 3]),
    ("a text is its own identifier", "try {\nthrow 'x'\n} catch {\n$_.FullyQualifiedErrorId\n}", ["x"]),
    ("a comment ends with its line", "# 1\n2 # 3", [2]),
    ("AddDays keeps the moment comparable", "$n = [datetime]::UtcNow\n$n.AddDays(1) -gt $n", [True]),
    ("ExpandProperty", EXPANDED, ["TermService"]),
    (
        "the configuration of an event log",
        "$l = Get-WinEvent -ListLog 'system' -ErrorAction Stop\n$l.LogName\n$l.IsEnabled\n$l.RecordCount",
        ["System", True, 0],
    ),
]
FAILURES = {
    "a property of null": ("$x = $null\n$x.Name", "The property 'Name' cannot be found on this object."),
    "a method of null": ("$x = $null\n$x.ToUniversalTime()", "You cannot call a method on a null-valued expression."),
    "a variable before its assignment": ("if ($false) { $x = 1 }\n$x", "The variable '$x' cannot be retrieved"),
    "an index beyond the end": ("@(1)[1]", "Index was outside the bounds of the array."),
    "an index into null": ("$x = $null\n$x[0]", "Cannot index into a null array."),
    "a number that does not fit": ("[byte] 256", 'Cannot convert value "256" to type "System.Byte".'),
    "a negative number as unsigned": ("[uint32] -1", 'Cannot convert value "-1" to type "System.UInt32".'),
    "an empty pattern": ("'a'.Replace('', 'b')", "String cannot be of zero length."),
    "a date out of range": ("[datetime]::UtcNow.AddDays(2147483647)", "un-representable DateTime"),
    "a log that is none": ("Get-WinEvent -ListLog 'Nope' -ErrorAction Stop", "There is not an event log"),
    "an empty log": ("Get-WinEvent -LogName 'Security' -MaxEvents 1 -ErrorAction Stop", "No events were found"),
    "no event that fits": (
        "$f = @{ LogName = 'System'; Id = @(1, 2); StartTime = [datetime]::UtcNow.ToLocalTime() }\n"
        "Get-WinEvent -FilterHashtable $f -MaxEvents 5 -ErrorAction Stop",
        "No events were found",
    ),
    "no events at all": ("Get-WinEvent -LogName 'System' -MaxEvents 0 -ErrorAction Stop", "argument on parameter"),
    "throw of what was caught": ("try {\nthrow 'first'\n} catch {\nif ($true) { throw }\n}", "first"),
    "throw": ("$x = 'boom'\nthrow \"a $x\"", "a boom"),
    "an empty name": ("$x = ''\nGet-Service -Name $x -ErrorAction Stop", "because it is an empty string"),
    "a missing service": ("Get-Service -Name Nope -ErrorAction Stop", "Cannot find any service with service name"),
    "dependent services without -Force": ("Stop-Service -Name TermService -ErrorAction Stop", "has dependent services"),
    "a missing key": ("Get-Item -LiteralPath 'HKLM:\\NOPE' -ErrorAction Stop", "because it does not exist."),
    "a missing certificate": (
        "Remove-Item -LiteralPath 'Cert:\\LocalMachine\\My\\00' -ErrorAction Stop",
        "does not exist.",
    ),
    "a key that exists": ("New-Item -Path 'HKLM:\\SOFTWARE' -ErrorAction Stop", "A key in this path already exists."),
    "a key without its parent": ("New-Item -Path 'HKLM:\\A\\B' -ErrorAction Stop", "does not exist."),
    "a wrong namespace": ("Get-CimInstance -ClassName Win32_TSGeneralSetting -ErrorAction Stop", "Invalid class"),
    "a wrong query": (
        "Get-CimInstance -ClassName Win32_Service -Filter 'Name like x' -ErrorAction Stop",
        "Invalid query",
    ),
    "a query for a property that is none": (
        "Get-CimInstance -ClassName Win32_Service -Filter 'X = 1' -ErrorAction Stop",
        "Invalid query",
    ),
}


class TestAConstructMeans:
    @pytest.mark.parametrize(("body", "expected"), [row[1:] for row in MEANINGS], ids=[row[0] for row in MEANINGS])
    def test_what_it_means_in_5_1(self, body: str, expected: list[Any]) -> None:
        found = output(body, Given="Größe\u200e")
        assert found == expected
        assert [type(value) for value in found] == [type(value) for value in expected]

    @pytest.mark.parametrize(("body", "message"), FAILURES.values(), ids=FAILURES.keys())
    def test_the_error_of_5_1(self, body: str, message: str) -> None:
        with pytest.raises(ScriptFailed) as caught:
            output(body)
        assert message in str(caught.value)


class TestParameters:
    def test_arrive_with_their_types(self) -> None:
        found = output(
            "$Table['n'] -eq 5\n$Table['big'] -gt 2147483647\n$null -eq $Table['none']\n$Table['list'].Count\n"
            "$Flag\n$Words.Count",
            Table={"n": 5, "big": 2**40, "none": None, "list": ["x"]},
            Flag=True,
            Words=["a", "b"],
        )
        assert found == [True, True, True, 1, True, 2]

    def test_are_never_read_as_code(self) -> None:
        hostile = "'; Stop-Service -Name TermService -Force -ErrorAction Stop; '$(1)`n\"@\u2018"
        state = host()
        before = copy.deepcopy(state.document)
        assert output('"<$Text>"', state, Text=hostile) == [f"<{hostile}>"]
        assert state.document == before


class TestCmdlets:
    def test_read_the_registry_as_the_provider_does(self) -> None:
        key = {"A": {"kind": "DWord", "value": 2**32 - 1}, "B": {"kind": "QWord", "value": "0" * 15 + "7"}}
        state = host(registry={"HKLM:\\A\\B": key, "HKLM:\\A\\C\\D": {}})
        read = "Get-ItemPropertyValue -LiteralPath 'HKLM:\\A\\B' -ErrorAction Stop -Name "
        assert output(read + "A", state) == [4294967295]
        assert output(read + "b", state) == [7]
        children = "@(Get-ChildItem -LiteralPath 'HKLM:\\A' -ErrorAction Stop)"
        assert output(f"foreach ($k in {children}) {{ $k.PSChildName }}", state) == ["B", "C"]
        assert output("Test-Path -LiteralPath 'HKLM:\\A\\C'\nTest-Path -LiteralPath 'HKLM:\\A\\X'", state) == [
            True,
            False,
        ]

    def test_write_the_registry_with_the_given_kind(self) -> None:
        state = host(registry={"HKLM:\\A": {}})
        output(
            "Set-ItemProperty -LiteralPath 'HKLM:\\A' -Name N -Type QWord -Value ([long] 5) -ErrorAction Stop", state
        )
        assert state.document["registry"]["HKLM:\\A"] == {"N": {"kind": "QWord", "value": "0000000000000005"}}

    def test_start_what_a_service_needs(self) -> None:
        state = host()
        output("Stop-Service -Name TermService -Force -ErrorAction Stop", state)
        services = state.document["services"]
        assert [services[name]["state"] for name in ("TermService", "UmRdpService")] == ["Stopped", "Stopped"]
        output("Start-Service -Name UmRdpService -ErrorAction Stop", state)
        assert [services[name]["state"] for name in ("TermService", "UmRdpService")] == ["Running", "Running"]

    def test_set_off_the_reactions_of_the_host(self) -> None:
        state = host(certificates={"Remote Desktop": [], "My": []})
        output("Restart-Service -Name SessionEnv -Force -ErrorAction Stop", state)
        (made,) = state.document["certificates"]["Remote Desktop"]
        read = "(Get-Item -LiteralPath 'Cert:\\LocalMachine\\Remote Desktop\\{}' -ErrorAction Stop).HasPrivateKey"
        assert output(read.format(made["thumbprint"]), state) == [True]

    def test_show_a_service_by_its_enumerations(self) -> None:
        body = "$s = Get-Service -Name termservice -ErrorAction Stop\n$s.Status.ToString()\n$s.StartType.ToString()"
        assert output(body) == ["Running", "Manual"]


def test_a_check_changes_nothing_and_needs_no_host() -> None:
    check_text("param()\nStop-Service -Name TermService -Force -ErrorAction Stop")
