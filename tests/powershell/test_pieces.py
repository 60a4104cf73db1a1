"""What `make pwsh` is made of, where no PowerShell is needed."""

from pathlib import Path

import pytest

from tests.powershell import __main__ as whole
from tests.powershell import checks, runner, runner_text, shell, stand_ins
from tests.powershell.capture import Parameter, commands, read_set
from tests.powershell.written import RUNNER_NAME, Written, copied, scripts
from troubleshoot.lab.powershell.cmdlets import CMDLETS
from troubleshoot.remote.envelope import RUNNER

NOTHING: dict[str, object] = {
    kind: [] for kind in ("errors", "newer", "blind", "vague", "commands", "types", "members", "functions")
}


def read(name: str = "x.ps1", **found: object) -> Written:
    return Written(name, "", NOTHING | found)


class TestTheCapture:
    def test_reads_every_way_in_which_a_syntax_line_writes_a_parameter(self) -> None:
        line = "[-Path] <string[]> [[-Name] <string>] -Value <Object> [-Type <int>] [-Force] -Off"
        assert read_set(line) == (
            Parameter("Path", "string[]", mandatory=True, position=0),
            Parameter("Name", "string", mandatory=False, position=1),
            Parameter("Value", "Object", mandatory=True, position=None),
            Parameter("Type", "int", mandatory=False, position=None),
            Parameter("Force", "", mandatory=False, position=None),
            Parameter("Off", "", mandatory=True, position=None),
        )

    def test_knows_every_cmdlet_of_the_lab(self) -> None:
        assert CMDLETS.keys() <= commands().keys()

    @pytest.mark.parametrize("name", sorted(CMDLETS))
    def test_knows_every_parameter_that_the_lab_takes(self, name: str) -> None:
        dynamic = {"type"} if name == "set-itemproperty" else set()
        assert {one.lower() for one in CMDLETS[name].parameters} <= commands()[name].parameters | dynamic


class TestAFault:
    def test_is_a_command_that_5_1_does_not_have(self) -> None:
        found = read(commands=[{"name": "Get-Uptime", "line": 1, "parameters": [], "words": []}])
        assert list(checks.faults(found)) == ["x.ps1: line 1: 5.1 has no command Get-Uptime"]

    def test_is_a_parameter_that_5_1_does_not_have(self) -> None:
        found = read(commands=[{"name": "Get-Item", "line": 2, "parameters": ["Path", "Newer"], "words": []}])
        assert list(checks.faults(found)) == ["x.ps1: line 2: Get-Item of 5.1 has no parameter Newer"]

    def test_is_a_member_that_no_table_has(self) -> None:
        found = read(members=[{"name": "Kill", "line": 3, "on": "", "called": True}])
        assert list(checks.faults(found)) == ["x.ps1: line 3: no table has the member Kill"]

    def test_is_a_static_member_of_a_resource_beyond_the_clock(self) -> None:
        found = read("a/catalog/x.ps1", members=[{"name": "Now", "line": 3, "on": "datetime", "called": False}])
        assert list(checks.faults(found)) == ["a/catalog/x.ps1: line 3: no table has the member Now of datetime"]

    def test_is_not_what_the_tables_have(self) -> None:
        member = {"name": "GetAttributes", "line": 3, "on": "IO.File", "called": True}
        assert list(checks.faults(read(types=["IO.File"], members=[member]))) == []


class TestTheRunner:
    @pytest.mark.parametrize("shared", [True, False])
    def test_is_changed_in_its_small_functions_only(self, shared: bool) -> None:
        changed = runner_text.prepared(RUNNER, shared=shared)
        assert changed != RUNNER
        assert runner_text.without(changed) == runner_text.without(RUNNER)
        assert ("Environment]::Exit" in changed) is not shared
        assert len(runner_text.ONLY_WINDOWS) == 9

    def test_reads_late_where_the_host_is_slow(self) -> None:
        item = {"resource": "one", "read": "param([string] $Path)\n@{}"}
        late = runner_text.paced(item, {"one": 1.5})["read"]
        assert late == "param([string] $Path)\n[System.Threading.Thread]::Sleep(1500)\n@{}"
        assert runner_text.paced(item, {"two": 1.5}) == item

    def test_has_few_vectors_that_need_windows_each_with_a_reason(self) -> None:
        assert all(runner.needs_windows().values())
        assert len(runner.real_vectors()) >= 30


class TestTheStandIns:
    def test_declare_the_sets_and_types_of_5_1(self, tmp_path: Path) -> None:
        module = stand_ins.write(tmp_path).with_suffix(".psm1").read_text("ascii")
        assert "[Parameter(ParameterSetName = 'S5', Mandatory, Position = 0)] [hashtable[]] $FilterHashtable" in module
        assert "function Where-Object" not in module

    def test_are_written_for_what_is_found_on_no_other_system(self) -> None:
        assert {"get-ciminstance", "get-winevent", "write-eventlog", "get-item"} <= stand_ins.names()


class TestWithoutPowerShell:
    def test_a_program_that_is_none_is_refused(self) -> None:
        with pytest.raises(shell.NoPowerShellError, match="is no PowerShell"):
            shell.find({"MENDPOINT_PWSH": "/bin/true"})

    @pytest.mark.parametrize(("strict", "code"), [("1", 1), ("", 0)])
    def test_a_run_says_so_and_fails_in_ci_alone(
        self, strict: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def nowhere() -> str:
            raise shell.NoPowerShellError("none here")

        monkeypatch.setattr(shell, "find", nowhere)
        monkeypatch.setenv("MENDPOINT_STRICT", strict)
        assert whole.main() == code
        assert capsys.readouterr().out == "pwsh: left out: none here\n"


class TestWhatIsLookedAt:
    def test_is_every_script_that_ships(self) -> None:
        names = scripts().keys()
        assert {RUNNER_NAME, "troubleshoot/remote/bootstrap.ps1", "troubleshoot/probes/person.ps1"} <= names
        assert "docs/examples/catalog/resources/print-queue/read.ps1" in names

    def test_is_every_command_that_people_copy_and_those_in_hints(self) -> None:
        texts = set(copied().values())
        assert {"w32tm /resync", "winrm quickconfig -transport:https", "Restart-Service TermService -Force"} <= texts
