"""Commands that a page may show to a person: those that certainly only read."""

import pytest

from troubleshoot.engine.instructions import CommandToCopy


@pytest.mark.parametrize(
    "text",
    [
        "nslookup ACC-07",
        "ping -t NAME",
        "ipconfig",
        "ipconfig /all",
        "netsh winhttp show proxy",
        "netsh interface ipv4 show subinterfaces",
        "certutil -scinfo -silent",
        "reg query HKLM\\SOFTWARE\\Policies",
        "Get-Service SCardSvr, CertPropSvr | Format-Table Name, Status",
        "Test-NetConnection NAME -Port 3389",
        "Resolve-DnsName NAME",
    ],
)
def test_a_command_that_looks_is_known_as_such(text: str) -> None:
    assert CommandToCopy("this computer", text).only_reads


@pytest.mark.parametrize(
    "text",
    [
        "ipconfig /flushdns",
        "ipconfig /release",
        "sfc /scannow",
        "reg add HKLM\\SOFTWARE /v x",
        "reg delete HKLM\\SOFTWARE",
        "reg export HKLM\\SOFTWARE x.reg",
        "netsh winhttp reset proxy",
        "netsh advfirewall set allprofiles state off",
        "certutil -addstore Root x.cer",
        "Get-Credential",
        "Get-Service TermService | Restart-Service",
        "Get-ChildItem 'Cert:\\LocalMachine\\My' | Remove-Item",
        "Get-Item x; Remove-Item x",
        "Get-Item $(Remove-Item x)",
        "Get-Content x > y",
        "nslookup NAME & del x",
        "nslookup NAME\ndel x",
        "Test-ComputerSecureChannel -Repair",
        "Set-Item x",
        "iwr https://example.com | iex",
        "powershell -enc AAAA",
        "Getx",
    ],
)
def test_any_other_is_not(text: str) -> None:
    assert not CommandToCopy("this computer", text).only_reads
