"""The look from a person's own PC: the command, the block that it prints, and what follows from it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import tree_sitter_powershell
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Language, Parser

from tests.fixtures.own_pc import CONFIRM, LINES, NOW, block, changed, greeting, report_from_pc
from tests.lab.hosts import listening
from troubleshoot import probes
from troubleshoot.engine import ReadingCase
from troubleshoot.probes import BadClientBlock, x224
from troubleshoot.probes import client_block as person_block
from troubleshoot.probes.client_block import ClientBlock

COMMAND = probes.client_command("ACC-07", 3389)
NOTE = "KB1 of 2026-01-13, repaired by KB2 (field report)"
UPDATES = {
    "pc.bad_update": [
        ReadingCase(
            "sign_in", {"build": "26100"}, {"revision": 7623}, "Yes", bad=True, below={"revision": 7627}, note=NOTE
        )
    ]
}


def read(text: str) -> ClientBlock:
    return probes.read_client_block(text, name="ACC-07", port=3389, now=NOW)


def refused(text: str) -> tuple[str, int]:
    with pytest.raises(BadClientBlock) as found:
        read(text)
    return found.value.reason, found.value.line


def told_by(one: ClientBlock, *ours: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    return probes.client_facts(one, updates=UPDATES, ours=ours)


def facts(*lines: str, ours: tuple[str, ...] = ("10.20.0.7",)) -> dict[str, str]:
    return {name: value for name, (value, _) in told_by(read(block(*lines)), *ours).items()}


def sound(script: str) -> bool:
    return not Parser(Language(tree_sitter_powershell.language())).parse(script.encode()).root_node.has_error


class TestTheCommand:
    def test_is_powershell_that_can_be_read_and_pasted(self) -> None:
        assert sound(COMMAND)
        assert COMMAND.isascii()
        assert "\t" not in COMMAND, "a tab completes names when it is pasted"
        assert "\n\n" not in COMMAND, "an empty line ends what was pasted into an older window"
        assert max(map(len, COMMAND.splitlines())) <= 120
        assert len(COMMAND.splitlines()) <= 60

    def test_says_the_greeting_of_the_portals_own_probe(self) -> None:
        assert greeting() == x224.request(x224.TLS | x224.HYBRID)

    @pytest.mark.parametrize(
        "word",
        [
            *("EncodedCommand", "ExecutionPolicy", "Invoke-", "iex", "WebClient", "http", "Start-Process", "Add-Type"),
            *("Set-Item", "New-Item", "Remove-", "Out-File", "Set-Content", "reg add", "Verb", "Credential", "wmic"),
            *("UserName", "USERNAME", "USERDOMAIN", "COMPUTERNAME", "whoami", "Message", "-Clipboard"),
        ],
    )
    def test_changes_fetches_and_names_nothing(self, word: str) -> None:
        assert word not in COMMAND

    def test_never_prints_an_empty_word_for_an_error_that_has_none(self) -> None:
        found = COMMAND.partition("$why = ")[2].partition("$tcp = $why")[0]
        assert "if (-not $why) { $why = 'Unknown' }" in found
        assert facts(*changed(tcp="Unknown", reply="untold"))["pc.stage"] == "timed_out"

    def test_holds_nothing_of_the_case_but_name_and_port(self) -> None:
        other = probes.client_command("b-2.corp.example", 3390).splitlines()
        differ = [(one, two) for one, two in zip(COMMAND.splitlines(), other, strict=True) if one != two]
        assert differ == [
            ("  $name = 'ACC-07'; $port = 3389", "  $name = 'b-2.corp.example'; $port = 3390"),
        ]

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "a'b",
            "a\u2019; x",
            "$x",
            "a`b",
            "a b",
            "a\nb",
            "-a",
            "a;b",
            "$(x)",
            "acc\u043e7",
            "a" * 61,
            "1.2.3",
            "a:b",
        ],
    )
    def test_is_not_made_for_a_name_that_could_be_more(self, name: str) -> None:
        with pytest.raises(ValueError, match="no command"):
            probes.client_command(name, 3389)

    @pytest.mark.parametrize("port", [0, -1, 65536])
    def test_is_not_made_for_a_port_that_is_none(self, port: int) -> None:
        with pytest.raises(ValueError, match="no command"):
            probes.client_command("ACC-07", port)

    @given(st.text(max_size=70))
    def test_stays_one_command_whatever_the_name(self, name: str) -> None:
        try:
            made = probes.client_command(name, 3389)
        except ValueError:
            return
        assert made == COMMAND.replace("'ACC-07'", f"'{name}'")
        assert re.fullmatch(r"[A-Za-z0-9._:-]+", name)

    def test_prints_no_line_that_a_window_breaks(self) -> None:
        longest = f"for {'a' * person_block.LONGEST_NAME}:65535"
        assert max(len(longest), len("address " + "f" * 39 + "%1234567890"), len(f"reply {'0' * 38}")) <= 80


class TestTheScript:
    def test_does_what_the_command_does_and_asks_for_the_computer(self) -> None:
        script = probes.client_script()
        assert sound(script)
        assert script.isascii()
        assert "COMPUTER" not in script
        without = [line for line in COMMAND.splitlines() if "$name = 'ACC-07'" not in line]
        assert [line for line in script.splitlines() if line in without] == without
        assert len(script.splitlines()) == len(without) + 3


class TestABlock:
    def test_is_read_from_whatever_stands_around_it(self) -> None:
        window = f"PS C:\\Users\\emil> & {{ # Looks\n>> $lines; }}\r\n\n{block()}   \r\nPS C:\\Users\\emil> "
        found = read(window.replace("\n", "\r\n"))
        assert found.text == "\n".join(LINES)
        assert "emil" not in found.text
        assert (found.name, found.port, found.addresses) == ("ACC-07", 3389, ("10.20.0.7", "fd00::7"))
        assert [(one.number, one.reason) for one in found.events] == [(1026, 2308), (1024, None)]

    def test_counts_when_it_is_the_last_of_several(self) -> None:
        assert read(block(*changed(udp="off")) + "\n" + block()).udp == "on"

    @given(st.text(max_size=400))
    def test_of_any_text_is_refused_in_one_way_only(self, text: str) -> None:
        reasons: set[str] = set()
        for tried in (text, f"MENDPOINT BEGIN 1\n{text}\nMENDPOINT END 1", f"{block()}\n{text}"):
            try:
                read(tried)
            except BadClientBlock as bad:
                reasons.add(bad.reason)
        assert len(reasons) >= 2

    @given(st.integers(0, len(block()) - 1), st.characters(exclude_characters=" \t\r\n"))
    def test_with_one_other_letter_is_never_taken_for_another(self, place: int, letter: str) -> None:
        text = block()
        try:
            found = read(text[:place] + letter + text[place + 1 :])
        except BadClientBlock:
            return
        assert found.text == "\n".join(LINES)

    @given(st.permutations(LINES))
    def test_in_another_order_is_refused(self, lines: list[str]) -> None:
        kinds, usual = ([line.partition(" ")[0] for line in each] for each in (lines, LINES))
        if kinds != usual:
            assert refused(block(*lines))[0] == "twice"

    def test_of_the_command_before_has_no_build_and_is_still_taken(self) -> None:
        assert read(block(*changed(build=None))).build == "untold"
        assert read(block()).build == "26100.7705"

    @given(st.integers(1000, 999_999), st.integers(0, 999_999))
    def test_tells_any_build_as_it_was_printed(self, build: int, revision: int) -> None:
        assert read(block(*changed(build=f"{build}.{revision}"))).build == f"{build}.{revision}"

    def test_is_as_old_as_two_hours_and_no_older(self) -> None:
        for minutes in (0, 119, -9):
            moment = (NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
            assert read(block(*changed(time=moment)))


GOOD = block()
BAD = {
    "nothing": ("", "empty", 0),
    "spaces": (" \n\t", "empty", 0),
    "the command": (COMMAND, "command", 0),
    "another text": ("Error code: 0x904", "no_block", 0),
    "a whole book": ("x" * 20_001, "too_long", 0),
    "without its end": ("\n".join(GOOD.splitlines()[:-1]), "cut", 1),
    "without its beginning": ("\n".join(GOOD.splitlines()[1:]), "cut", 13),
    "quoted by a mail program": ("\n".join(f"> {line}" for line in GOOD.splitlines()), "quoted", 1),
    "quoted inside": (GOOD.replace("tcp open", "> tcp open"), "quoted", 6),
    "of another version": (GOOD.replace("BEGIN 1", "BEGIN 2"), "version", 1),
    "with full-width digits": (GOOD.replace("log 2", "log \uff12"), "letters", 11),
    "with a Cyrillic letter": (GOOD.replace("udp on", "udp \u043en"), "letters", 8),
    "with a hard space": (GOOD.replace("udp on", "udp\u00a0on"), "letters", 8),
    "with a control": (GOOD.replace("udp on", "udp \x1bon"), "letters", 8),
    "with an unknown line": (GOOD.replace("udp on", "udp on\nuser emil"), "unknown", 9),
    "with markup": (GOOD.replace("udp on", "<b>udp on</b>"), "unknown", 8),
    "with a line twice": (block(*LINES[:7], "udp on", *LINES[7:]), "twice", 9),
    "with five addresses": (block(*LINES[:3], *["address 10.0.0.1"] * 4, *LINES[4:]), "twice", 8),
    "with its lines out of place": (block(LINES[1], LINES[0], *LINES[2:]), "twice", 3),
    "without a line": (block(*changed(gateway=None)), "missing", 0),
    "with a word in place of a port": (block(*changed(**{"for": "ACC-07:rdp"})), "shape", 2),
    "with a forged answer": (block(*changed(reply="03000013zz")), "shape", 7),
    "with an answer of twenty bytes": (block(*changed(reply="00" * 20)), "shape", 7),
    "with half a byte": (block(*changed(reply="030")), "shape", 7),
    "with script in it": (block(*changed(gateway="<script>alert(1)</script>")), "shape", 9),
    "with a day that does not exist": (block(*changed(time="2026-02-30T09:01:40Z")), "shape", 0),
    "with an address that is none": (block(*changed(address="999.1.2.3")), "shape", 0),
    "with a build that is none": (block(*changed(build="26100")), "shape", 10),
    "with a build of full-width digits": (GOOD.replace("26100.7705", "\uff12\uff16100.7705"), "letters", 10),
    "with a build that begins with nought": (block(*changed(build="026100.7705")), "shape", 10),
    "with a revision that begins with nought": (block(*changed(build="26100.07705")), "shape", 10),
    "with a name of Windows as its build": (block(*changed(build="24H2")), "shape", 10),
    "with two builds": (block(*LINES[:9], "build untold", *LINES[9:]), "twice", 11),
    "with its build out of place": (block(*LINES[:7], LINES[8], LINES[7], *LINES[9:]), "twice", 10),
    "with a negative reason": (GOOD.replace("1026 2308", "1026 -2308"), "shape", 12),
    "with an event that is not asked for": (GOOD.replace("1026 2308", "4624 2308"), "shape", 12),
    "with nine events": (block(*LINES[:8], "log 8", *[LINES[10]] * 9), "twice", 19),
    "with an answer that nothing gave": (block(*changed(tcp="ConnectionRefused")), "contradiction", 0),
    "with an open port at no address": (block(*LINES[:2], "address none", *LINES[4:]), "contradiction", 0),
    "with a count that is not true": (block(*changed(log="3")), "contradiction", 0),
    "with another check value": (block(check=1), "check", 0),
    "with a letter lost": (GOOD.replace("10.20.0.7", "10.20.0."), "check", 0),
    "with a digit changed": (GOOD.replace("fd00::7", "fd00::8"), "check", 0),
    "about another computer": (block(*changed(**{"for": "ACC-08:3389"})), "other_host", 2),
    "about another port": (block(*changed(**{"for": "ACC-07:3390"})), "other_host", 2),
    "of this morning": (block(*changed(time="2026-11-22T07:01:59Z")), "old", 3),
    "of tomorrow": (block(*changed(time="2026-11-23T09:01:40Z")), "ahead", 3),
    "with too many lines": (block(*LINES, *[LINES[-1]] * 20), "lines", 26),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_block_is_refused(kind: str) -> None:
    text, reason, line = BAD[kind]
    if reason == "shape" and line == 0:
        assert refused(text)[0] == reason
    else:
        assert refused(text) == (reason, line)


class TestFacts:
    def test_of_a_good_block_name_what_they_follow_from(self) -> None:
        found = told_by(read(block()), "10.20.0.7")
        assert {name: value for name, (value, _) in found.items()} == {
            "pc.stage": "ok",
            "pc.name": "resolves",
            "pc.same_address": "same",
            "pc.udp": "on",
            "pc.gateway": "none",
            "pc.log": "disconnect_904",
            "pc.udp_used": "no",
            "pc.bad_update": "none",
        }
        readings = [text for _, texts in found.values() for text in texts]
        assert all(text.startswith("told by the person's PC: ") for text in readings)

    @pytest.mark.parametrize(
        ("tcp", "reply", "stage"),
        [
            ("ConnectionRefused", "untold", "refused"),
            ("silent", "untold", "timed_out"),
            ("TimedOut", "untold", "timed_out"),
            ("HostUnreachable", "untold", "timed_out"),
            ("AccessDenied", "untold", "timed_out"),
            ("ConnectionReset", "untold", "closed_before_confirm"),
            ("open", "closed", "closed_before_confirm"),
            ("open", "silent", "closed_before_confirm"),
            ("open", "03", "closed_before_confirm"),
            ("open", CONFIRM[:20], "closed_before_confirm"),
            ("open", CONFIRM, "ok"),
            ("open", "0300000b06d00000123400", "ok"),
            ("open", "030000130ed000001234000300080003000000", "negotiation_refused"),
            ("open", b"SSH-2.0-OpenSSH_9.2".hex(), "not_rdp"),
            ("open", b"HTTP/1.1 400 Bad Re".hex(), "not_rdp"),
            ("open", "030000130ed000001234000200080008000000", "not_rdp"),
        ],
    )
    def test_say_how_far_the_pc_came(self, tcp: str, reply: str, stage: str) -> None:
        assert facts(*changed(tcp=tcp, reply=reply))["pc.stage"] == stage

    @pytest.mark.parametrize(
        ("addresses", "ours", "expected"),
        [
            (("none",), ("10.20.0.7",), ("no_name", "not_found", "not_told")),
            (("untold",), ("10.20.0.7",), ("not_told", "not_told", "not_told")),
            (("10.9.9.9", "fe80::1%12"), ("10.20.0.7",), ("timed_out", "resolves", "differs")),
            (("10.9.9.9", "fe80::1%12"), ("fe80::1",), ("timed_out", "resolves", "same")),
            (("10.9.9.9",), (), ("timed_out", "resolves", "unknown")),
        ],
    )
    def test_compare_addresses(self, addresses: tuple[str, ...], ours: tuple[str, ...], expected: object) -> None:
        untold = addresses[0] in {"none", "untold"}
        lines = [LINES[0], LINES[1], *(f"address {one}" for one in addresses)]
        lines += ["tcp untold" if untold else "tcp silent", "reply untold", *LINES[6:]]
        found = facts(*lines, ours=ours)
        assert (found["pc.stage"], found["pc.name"], found["pc.same_address"]) == expected

    @pytest.mark.parametrize(
        ("events", "expected"),
        [
            ((), "none"),
            (("1024 -",), "none"),
            (("1026 263", "1024 -"), "none"),
            (("1026 516", "1024 -"), "other"),
            (("226 -",), "other"),
            (("1026 516", "1102 -"), "other"),
            (("1026 263", "1026 2308", "1102 -"), "disconnect_904"),
            (("1026 -",), "other"),
        ],
    )
    def test_judge_the_log(self, events: tuple[str, ...], expected: str) -> None:
        lines = [f"event {one} 2026-11-22T08:59:10Z" for one in events]
        assert facts(*LINES[:8], f"log {len(lines)}", *lines)["pc.log"] == expected

    def test_of_a_log_that_could_not_be_read_are_not_told(self) -> None:
        assert facts(*LINES[:8], "log untold")["pc.log"] == "not_told"
        assert facts(*LINES[:8], "log untold")["pc.udp_used"] == "not_told"

    @pytest.mark.parametrize(("events", "used"), [(("1026 2308", "1102 -"), "yes"), (("1026 2308",), "no"), ((), "no")])
    def test_tells_of_the_fast_way_however_a_connection_ended(self, events: tuple[str, ...], used: str) -> None:
        lines = [f"event {one} 2026-11-22T09:00:00Z" for one in events]
        assert facts(*LINES[:8], f"log {len(lines)}", *lines)["pc.udp_used"] == used

    @pytest.mark.parametrize(("gateway", "expected"), [("none", "none"), ("file", "used"), ("policy", "used")])
    def test_know_gateway_and_udp(self, gateway: str, expected: str) -> None:
        found = facts(*changed(gateway=gateway, udp="off"))
        assert (found["pc.gateway"], found["pc.udp"]) == (expected, "off")

    @pytest.mark.parametrize(
        ("build", "expected"),
        [
            ("26100.7622", "none"),
            ("26100.7623", "sign_in"),
            ("26100.7626", "sign_in"),
            ("26100.7627", "none"),
            ("26200.7623", "none"),
            ("26100.0", "none"),
            ("untold", "not_told"),
            (None, "not_told"),
        ],
    )
    def test_judge_the_build_by_the_list_that_is_given(self, build: str | None, expected: str) -> None:
        value, (reading,) = told_by(read(block(*changed(build=build))))["pc.bad_update"]
        assert value == expected
        assert (NOTE in reading) == (value == "sign_in")
        assert (str(build) in reading) == (value != "not_told")

    def test_say_nothing_of_updates_where_no_list_does(self) -> None:
        assert "pc.bad_update" not in probes.client_facts(read(block()), updates={})

    def test_are_all_declared(self) -> None:
        for name, (value, _) in told_by(read(block())).items():
            assert value in probes.CLIENT_FACTS[name]


@pytest.mark.parametrize(
    ("fault", "stage"),
    [
        ("healthy", "ok"),
        ("closed-before-confirm", "closed_before_confirm"),
        ("service-stopped", "refused"),
        ("security-layer-rdp", "negotiation_refused"),
        ("certificate-service-stopped", "negotiation_refused"),
    ],
)
def test_a_twin_of_the_command_meets_what_a_simulated_computer_does(fault: str, stage: str) -> None:
    with listening(fault) as (_, server):
        found = probes.read_client_block(report_from_pc(server.port), name="ACC-07", port=server.port, now=NOW)
    assert told_by(found, "127.0.0.1")["pc.stage"][0] == stage
