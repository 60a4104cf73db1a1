"""Who may use the private key of the Remote Desktop certificate, and the folder where Windows makes such keys."""

from troubleshoot.engine import UNKNOWN
from troubleshoot.probes.windows_facts import sddl
from troubleshoot.probes.windows_facts.rule import Rule, RuleReading, State, same

KEY_FILE = RuleReading("key of the Remote Desktop certificate", "file-acl", {"target": "Remote Desktop key"})
KEY_FOLDER = RuleReading("folder of machine keys", "file-acl", {"target": "MachineKeys folder"})
PLACE = 30
READINGS = (KEY_FILE, KEY_FOLDER)


def _file(state: State) -> str:
    """Judge the key file: the service that shows the certificate runs as Network Service and has to read it; Windows
    keeps it whole.

    Source: SupportArticles-docs, internal-error-has-occurred-connecting-remote-machine and
    remote-desktop-listener-certificate-configurations.
    """
    if same(state, "exists", wanted=False):
        return "missing"
    return _judged(state, {"SY": sddl.FULL, "NS": sddl.READ})


def _folder(state: State) -> str:
    """Judge the key folder: everybody may put keys there, administrators keep it. Source: azure-support-scripts,
    vmassist.ps1."""
    return _judged(state, {"WD": sddl.READ_AND_WRITE, "BA": sddl.FULL})


def _judged(state: State, wanted: dict[str, int]) -> str:
    text = state.get("sddl")
    listed = sddl.entries(text) if isinstance(text, str) else None
    if listed is None:
        return UNKNOWN
    enough = all(sddl.allowed(listed, account) & rights == rights for account, rights in wanted.items())
    return "right" if enough else "wrong"


RULES = (
    Rule(
        "windows.key_file",
        "Rights on the key file",
        {"right": "as they should be", "wrong": "other than they should be", "missing": "there is no such file"},
        KEY_FILE,
        ("exists", "sddl"),
        _file,
    ),
    Rule(
        "windows.key_folder",
        "Rights on the folder of keys",
        {"right": "as they should be", "wrong": "other than they should be"},
        KEY_FOLDER,
        ("exists", "sddl", "inheriting"),
        _folder,
    ),
)
