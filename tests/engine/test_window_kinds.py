"""Kinds of texts that mislead: another program's, a cause behind a general first sentence, and words of one's own."""

import pytest

from tests.support import shipped_catalog
from troubleshoot.engine.text_subjects import Subjects
from troubleshoot.engine.windows import Window, WindowTable

TABLE = shipped_catalog().codes

OF_ANOTHER_PROGRAM = [
    "Outlook: Your credentials did not work for mail.example.com",
    "SAP GUI: the user account has been locked because there were too many logon attempts or password change attempts",
    "Jira: Your account has been disabled. Please see your system administrator",
    "Oracle Database: this user account has expired",
    "Citrix Receiver: SSL Error 4 while the desktop was opened",
    "ERROR 1040 (HY000): Too many connections (MySQL)",
    "Veeam: The RPC server is unavailable. Code: 1722",
    "Get-CimInstance: Access is denied. (HRESULT 0x80070005)",
    "SQL Server: the target principal name is incorrect 0x80090322",
    "VMware Horizon: There are no available computers in the pool",
    "The API gateway server is temporarily unavailable",
]
CAUSE_SAID_LATER = {
    "This computer can't connect to the remote computer. There are no available computers in the pool.": "rdp-broker",
    "Dieser Computer kann keine Verbindung mit dem Remotecomputer herstellen. Im Pool sind keine verfügbaren Computer "
    "vorhanden.": "rdp-broker",
    "Votre ordinateur ne peut pas se connecter à l'ordinateur distant, car le serveur de passerelle Bureau à distance "
    "est temporairement indisponible.": "rdp-gateway",
    "Su equipo no puede conectarse al equipo remoto porque su cuenta de usuario no está autorizada para usar la puerta "
    "de enlace de Escritorio remoto": "rdp-gateway",
    "Este computador não pode se conectar ao computador remoto. O número de conexões a este computador é limitado e "
    "todas as conexões estão em uso": "rdp-full",
    "Не удается подключиться к удаленному компьютеру. Число подключений к этому компьютеру ограничено, и все "  # noqa: RUF001
    "подключения сейчас используются": "rdp-full",
    "This computer can't connect to the remote computer. This user account has expired.": "rdp-sign-in",
    "El equipo remoto requiere autenticación de nivel de red (NLA), y no hay contacto con el controlador de "
    "dominio": "rdp-sign-in",
}
IN_THE_PROGRAMS_WORDS = {
    "guacd[7]: RDP server closed/refused connection: Insufficient privileges.": ("rdp-sign-in", "no_right"),
    "guacd[7]: RDP server closed/refused connection: Idle session time limit exceeded.": ("rdp-session-ended", ""),
    "guacd[7]: RDP server closed/refused connection: Authentication failure (invalid credentials?)": (
        "rdp-sign-in",
        "refused",
    ),
    "[com.freerdp.crypto] The hostname used for this connection (a.example.net:3389) does not match the name given in "
    "the certificate: B": ("rdp-certificate", ""),
    "rdesktop: Failed to connect, CredSSP required by server.": ("rdp-other-program", "program_nla"),
    "The terminal server disconnected before licence negotiation completed.": ("rdp-licensing", "licence_server"),
}
TOLD_FREELY = {
    "it says there is a problem with the Remote Desktop license, the session ends soon": "rdp-licensing",
    "RDP: удаленный сеанс прерван, нет доступных серверов: серверы лицензирования": "rdp-licensing",
    "A sessão remota caiu, faltam servidores de licença da área de trabalho remota": "rdp-licensing",
    "Con desktop remoto le credenziali non funzionano più": "rdp-sign-in",
    "Extern bureaublad zegt: uw referenties werken niet": "rdp-sign-in",
}


@pytest.mark.parametrize("text", OF_ANOTHER_PROGRAM)
def test_a_text_of_another_program_leads_nowhere(text: str) -> None:
    assert TABLE.identify(text).leads_to[0] == ""


@pytest.mark.parametrize("text", CAUSE_SAID_LATER)
def test_a_cause_counts_before_the_sentence_that_many_windows_begin_with(text: str) -> None:
    assert TABLE.identify(text).leads_to[0] == CAUSE_SAID_LATER[text]


@pytest.mark.parametrize("text", IN_THE_PROGRAMS_WORDS)
def test_a_cause_in_the_words_of_a_program_is_known(text: str) -> None:
    assert TABLE.identify(text).leads_to == IN_THE_PROGRAMS_WORDS[text]


@pytest.mark.parametrize("text", TOLD_FREELY)
def test_a_window_told_in_other_words_is_known(text: str) -> None:
    assert TABLE.identify(text).leads_to[0] == TOLD_FREELY[text]


def test_what_every_window_ends_with_decides_nothing() -> None:
    text = 'Oops, we couldn\'t connect to "Excel". If this keeps happening, ask your admin or tech support for help.'
    assert TABLE.identify(text).leads_to[0] != "rdp-gateway"


@pytest.mark.parametrize("text", ["Error 516", "RPC error 0x800706BA"])
def test_a_number_counts_beside_the_name_of_another_program_where_remote_desktop_is_named_too(text: str) -> None:
    alone, beside = TABLE.identify(f"Outlook: {text}"), TABLE.identify(f"Outlook works, Remote Desktop: {text}")
    assert alone.leads_to[0] == ""
    assert beside.leads_to[0] != ""
    assert TABLE.identify(f"Outlook: {text}", prefer=alone.kept[0].code.key).leads_to[0] != ""


def test_a_number_that_only_remote_desktop_has_counts_whatever_is_named() -> None:
    assert TABLE.identify("on my iPhone: error code 0x204").leads_to[0] == "rdp-no-connection"


def test_an_opening_is_found_where_nothing_else_is() -> None:
    opening = Window("It is dark", "documented", "a test", sentences=("The lamp on the desk stays dark",), opening=True)
    cause = Window("No plug", "documented", "a test", sentences=("The plug is missing in the wall",))
    table = WindowTable([opening, cause], Subjects(("lamp",)))
    assert table.find("The lamp on the desk stays dark.")[0].window is opening
    assert table.find("The lamp on the desk stays dark. The plug is missing in the wall.")[0].window is cause
