"""Families of windows: an app's reasons, logs of FreeRDP, gateways, trust, further languages; and what others say."""

import pytest

from tests.support import shipped_catalog

TABLE = shipped_catalog().codes

LEADS_TO = {
    "rdp-sign-in": [
        "We couldn't connect to the remote PC because your account is locked. Ask your admin.",
        "We couldn't connect to the remote PC because the account is disabled.",
        "We couldn't connect to the remote PC because your account has expired.",
        "Auf den RDP-Server „db4“ kann nicht zugegriffen werden. Konto gesperrt.",
        "Could not access the RDP server “db4”. Account restricted.",
        "ERRCONNECT_LOGON_FAILURE after error 11 of the system",
        "Konto jest zablokowane. Pulpit zdalny",
        "Lösenordet har gått ut. Fjärrskrivbord",
        "Vaše přihlašovací údaje nefungovaly. Vzdálená plocha",
    ],
    "rdp-gateway": [
        "Der Computer kann keine Verbindung mit dem Remotecomputer herstellen, weil das Remotedesktopgateway "
        "überlastet ist.",
        "Deze computer kan geen verbinding maken met de externe computer omdat de gateway voor Extern bureaublad bezet "
        "is.",
        "Cet ordinateur ne peut pas se connecter à l'ordinateur distant car la passerelle Bureau à distance est "
        "occupée.",
        "Не удается подключиться к удаленному компьютеру, потому что шлюз занят.",  # noqa: RUF001
        "The Remote Desktop Gateway “g1” denied the user “CORP\\ann” access due to policy.",
        "We couldn't connect because the Remote Desktop Gateway's certificate isn't valid.",
    ],
    "rdp-certificate": [
        "Publisher: unknown publisher. This remote connection might harm your computer.",
        "Der Herausgeber dieser Remoteverbindung ist unbekannt.",
        "L'éditeur de ce programme RemoteApp est inconnu.",
        "この RemoteApp プログラムの発行元は不明です",
        "Fjärrdatorns identitet kan inte verifieras",
    ],
    "rdp-cloud": [
        "RAIL exec error: execResult=RAIL_EXEC_E_FAIL NtError=0xC0000034",
        "Your Cloud PC isn't ready. Try again later.",
        "No session hosts are available in this host pool",
    ],
    "rdp-connection-closed": [
        "[com.freerdp.core.transport] BIO_read returned a system error 32: Broken pipe",
        "BIO_read returned a system error 110\nERRCONNECT_CONNECT_TRANSPORT_FAILED",
        "Could not connect to the RDP server “db4” via TLS.",
        "An internal error has occurred.\nError code: 0x0\nExtended error code: 0x0",
        "Chyba protokolu, relace bude odpojena. Vzdálená plocha",
    ],
    "rdp-no-connection": [
        "Uzak Masaüstü bağlanamıyor: uzak bilgisayar kapalı, uzaktan erişim etkin değil",  # noqa: RUF001
        "원격 컴퓨터에 연결할 수 없습니다",
        "Počítač se nemůže připojit ke vzdálenému počítači",
    ],
    "rdp-session-ended": [
        "You were disconnected from the remote PC because you were idle",
        "Сеанс удаленных рабочих столов завершен администратором",
    ],
    "rdp-licensing": ["Ingen licensserver för fjärrskrivbord finns", "원격 세션: 라이선스 서버 없음"],
    "rdp-full": ["Zbyt wielu użytkowników jest zalogowanych. Pulpit zdalny"],
}
OF_OTHERS = [
    "Online-Depot: Ihre Sitzung wurde wegen Inaktivität beendet",
    "Lernportal Nord: Ihr Benutzerkonto ist gesperrt, zu viele Anmeldeversuche",
    "Windows kann keine Verbindung mit diesem Netz herstellen",
    "Your computer can't connect to this phone",
    "AADSTS50126: invalid username or password",
    "pre-login handshake failed (provider: SSL, error: 0 - the certificate is not trusted)",
    "Error 404 page not found",
    "World Of Chess: Your session has ended because of inactivity",
]


@pytest.mark.parametrize("text", [text for texts in LEADS_TO.values() for text in texts])
def test_a_window_of_the_family_is_known(text: str) -> None:
    assert text in LEADS_TO.get(TABLE.identify(text).leads_to[0], [])


@pytest.mark.parametrize("text", OF_OTHERS)
def test_what_others_say_too_leads_nowhere(text: str) -> None:
    assert TABLE.identify(text).leads_to == ("", "")


def test_a_code_of_entra_counts_where_remote_desktop_is_named() -> None:
    assert TABLE.identify("Windows App: AADSTS50076").leads_to[0] == "rdp-sign-in"


def test_a_name_of_ours_counts_before_a_decimal_beside_it() -> None:
    found = TABLE.identify("disconnected: 516\nERRCONNECT_ACCOUNT_LOCKED_OUT")
    assert found.used is not None
    assert found.used.found.text == "ERRCONNECT_ACCOUNT_LOCKED_OUT"


def test_a_number_of_unix_is_none_of_ours() -> None:
    assert TABLE.identify("BIO_write returned a system error 104").kept == ()


def test_a_number_of_the_system_is_never_read_as_another_family() -> None:
    found = TABLE.identify("Remote Desktop: system error 260")
    assert {code.namespace for match in found.kept for code in (*match.found.choices, *match.found.loose)} <= {"win32"}


def test_a_title_that_people_write_is_no_name_of_another_program() -> None:
    assert TABLE.identify("Fehlermeldung Fenster: Ein interner Fehler ist aufgetreten").leads_to[0] != ""
