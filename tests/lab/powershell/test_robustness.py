"""The evaluator, whatever it is given: it ends, and only with a result, a refusal or a PowerShell error."""

import random
import re
import threading
import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.catalog.resources.vectors import RESOURCES, Vector, load, script_of
from tests.lab.powershell.hosts import host, output
from troubleshoot.lab import ScriptRefused, check_text
from troubleshoot.lab.powershell import run
from troubleshoot.lab.powershell.errors import ScriptFailed
from troubleshoot.lab.powershell.statements import read_script
from troubleshoot.lab.state import RDP_TCP

SCRIPTS = [path.read_text(encoding="ascii") for path in sorted(RESOURCES.glob("*/*.ps1"))]
TOKENS = sorted({token for script in SCRIPTS for token in re.findall(r"\w+|[^\w\s]|\s+|'[^']*'|\"[^\"]*\"", script)})
SNIPPETS = """\
param()¦param([string] $A)¦return¦function F { }¦$x = ¦$_¦${x}¦$x++¦[int] ¦-split ','¦@{ a = 1 }¦@( )¦1..3¦0x10¦5GB
2>$null¦&& ¦|¦switch ($x) { }¦while ($x) { }¦[datetime]::UtcNow¦[math]::Pi¦$x[0]¦$x.Count¦.Length¦.ToString('X2')
`n¦# c¦<# c #>¦-not ¦- ¦try { } catch { }¦throw 'x'¦if ($true) { 1 } else { 2 }¦$x = @{}¦$x = @(1)¦$x = $null
for ($i = 0; $i -lt 2; $i = $i + 1) { $i }¦foreach ($x in @(1, 2)) { $x }¦$x | ForEach-Object -Process { $_ }
[uint32] 5¦[long] '0xFF'¦'x' + 'y'¦9223372036854775807 + 1¦$x.ToUniversalTime().ToString('s')¦@'
""".replace("\n", "¦").split("¦")
ARGUMENTS: dict[str, object] = {
    "string": "TermService",
    "int": 1,
    "long": 1,
    "bool": True,
    "string[]": ["a"],
    "hashtable": {"state": "Running", "usable": True, "nla": False, "kind": "Binary", "text": "00FF", "exists": True},
}


def survive(source: str) -> None:
    """Check and run a script; anything but an output, a refusal or a PowerShell error fails the test."""
    refusal: ScriptRefused | None = None
    try:
        check_text(source)
        params = {param.name: ARGUMENTS[param.type] for param in read_script(source).params}
        run(source, params, host())  # type: ignore[arg-type]
    except ScriptRefused as error:
        refusal = error
    except ScriptFailed:
        return
    if refusal is not None:
        assert refusal.line >= 1
        assert refusal.reason
        assert len(refusal.construct) <= 60


FIELDS = ["state", "start_mode", "restarted", "kind", "text", "number", "items", "exists", "nla", "usable"]


class TestTheEvaluatorSurvives:
    @settings(max_examples=150, deadline=None)
    @given(st.text(max_size=200))
    def test_any_text(self, text: str) -> None:
        survive(text)
        survive("param()\n" + text)

    @settings(max_examples=300, deadline=None)
    @given(st.lists(st.sampled_from(TOKENS + SNIPPETS), max_size=25), st.sampled_from(["", " ", "\n"]))
    def test_tokens_in_any_order(self, tokens: list[str], between: str) -> None:
        survive("param()\n" + between.join(tokens))

    @settings(max_examples=300, deadline=None)
    @given(
        st.sampled_from(SCRIPTS), st.integers(0, 5000), st.integers(0, 40), st.sampled_from(["", *TOKENS, *SNIPPETS])
    )
    def test_any_cut_or_insertion_in_a_real_script(self, script: str, place: int, length: int, new: str) -> None:
        start = place % len(script)
        survive(script[:start] + new + script[start + length :])

    @settings(max_examples=150, deadline=None)
    @given(st.lists(st.sampled_from([*SCRIPTS, *SNIPPETS]), min_size=1, max_size=3), st.randoms(use_true_random=False))
    def test_lines_of_real_scripts_in_any_order(self, parts: list[str], chance: random.Random) -> None:
        lines = [line for part in parts for line in part.splitlines() if not line.startswith("param")]
        chance.shuffle(lines)
        survive("param()\n" + "\n".join(lines))

    @settings(max_examples=100, deadline=None)
    @given(
        st.sampled_from([vector for vector in load() if vector.operation == "write"]),
        st.dictionaries(
            st.sampled_from(FIELDS),
            st.none()
            | st.booleans()
            | st.integers()
            | st.text(max_size=20)
            | st.lists(st.text(max_size=5), max_size=3),
        ),
    )
    @example(next(vector for vector in load() if "number" in vector.case.get("desired", {})), {"number": 2**70})
    def test_any_wish_in_a_real_script(self, vector: Vector, desired: dict[str, Any]) -> None:
        params = {**vector.case["params"], "Desired": desired, "Before": {}}
        try:
            assert run(script_of(vector.resource, "write"), params, host()) == []
        except (ScriptRefused, ScriptFailed):
            return

    @settings(max_examples=150, deadline=None)
    @given(
        st.sampled_from(["DWord", "QWord", "Binary", "String", "ExpandString", "MultiString", "None", ""]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text() | st.integers()),
        st.text(max_size=30),
    )
    def test_any_data_in_the_state_of_the_host(self, kind: str, value: object, text: str) -> None:
        state = host()
        entry = {"kind": kind, "value": value}
        state.document["registry"][RDP_TCP].update(SecurityLayer=entry, SSLCertificateSHA1Hash=entry)
        state.document["processes"][0].update(created_at=text, owner_user=text, owner_domain=text)
        registry = {"path": RDP_TCP, "name": "SecurityLayer"}
        for resource, params in (("registry-value", registry), ("rdp-listener", {}), ("sessions", {})):
            try:
                assert len(run(script_of(resource, "read"), params, state)) == 1
            except (ScriptRefused, ScriptFailed):
                continue


class TestABoundHolds:
    @pytest.mark.parametrize(
        "body",
        [
            "(" * 500 + "1" + ")" * 500,
            "@(" * 200 + "1" + ")" * 200,
            "-not " * 400 + "$true",
            "1" + " + 1" * 2000,
            "if ($true) {\n" * 100 + "1\n" + "}\n" * 100,
            "$x = @{ a = " * 100 + "1" + " }" * 100,
            "'a'" + ".Replace('a', 'b')" * 300,
            "@('a')" + "[0]" * 300,
            "@(1) | " + "ForEach-Object -Process { 1 | " * 60 + "1" + " }" * 60,
        ],
    )
    def test_on_nesting(self, body: str) -> None:
        with pytest.raises(ScriptRefused):
            check_text("param()\n" + body)

    def test_on_the_length_of_a_script(self) -> None:
        with pytest.raises(ScriptRefused, match="longer than"):
            check_text("param()\n" + "# comment\n" * 3000)

    def test_on_the_steps_of_a_run(self) -> None:
        begin = time.monotonic()
        with pytest.raises(ScriptRefused, match="steps"):
            output("for ($i = 0; $true; $i = $i + 1) { $x = 1 }")
        assert time.monotonic() - begin < 5

    def test_on_the_size_of_a_string(self) -> None:
        with pytest.raises(ScriptRefused, match="longer than"):
            output("$x = 'abcdefgh'\nfor ($i = 0; $i -lt 40; $i = $i + 1) { $x = $x + $x }")

    def test_on_the_size_of_a_list(self) -> None:
        with pytest.raises(ScriptRefused, match=r"list|steps"):
            output("@(for ($i = 0; $true; $i = $i + 1) {\n" + "1\n" * 50 + "})")

    def test_in_a_thread_with_a_small_stack(self) -> None:
        caught: list[BaseException] = []

        def work() -> None:
            try:
                check_text("param()\n" + "(" * 28 + "1" + ")" * 28)
            except ScriptRefused as refusal:
                caught.append(refusal)

        threading.stack_size(256 * 1024)
        try:
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        finally:
            threading.stack_size(0)
        assert all(isinstance(error, ScriptRefused) for error in caught)
