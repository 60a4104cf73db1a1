"""Wordings of windows that the table does not hold as they stand, in ten languages, and where each leads."""

import pytest

from tests.support import shipped_catalog

TABLE = shipped_catalog().codes

LEADS_TO = {
    "rdp-session-ended": [
        "Your session was ended because another person connected to the remote PC",
        "otro usuario se ha conectado al equipo remoto por eso ha perdido la conexion",
        "Outro usuário conectou-se ao computador remoto e a sua conexão foi perdida. Tente conectar-se novamente",
        "由于另一个用户已连接到远程计算机,您的连接已断开",
        "Votre session des services Bureau à distance s'est terminée car l'ordinateur distant n'a reçu aucune donnée",
        "La sessione remota è stata disconnessa: raggiunto il limite di tempo per le sessioni inattive",
        "De sessie is beëindigd door de beheerder (Extern bureaublad)",
        "Die Verbindung mit Buchhaltung wurde beendet, weil Ihre Sitzung gesperrt wurde",
        "El servidor de escritorio remoto ha cerrado la conexión porque hay conflicto con otra conexión",
    ],
    "rdp-sign-in": [
        "Het gebruikersaccount is geblokkeerd omdat er te veel aanmeldpogingen zijn gedaan",
        "您的帐户已被锁定,因为登录尝试次数过多",
        "El usuario no tiene permiso para iniciar sesión de forma remota: no es miembro del grupo Usuarios de "
        "escritorio remoto",
        "L'amministratore di sistema ha limitato gli orari durante i quali è possibile effettuare l'accesso",
        "Il tuo account è configurato in modo da impedirti di usare questo PC. Prova con un altro PC.",
        "No hay servidores de inicio de sesión disponibles para atender la petición",
        "O utilizador deve alterar a palavra-passe antes de iniciar sessão pela primeira vez",
        "發生驗證錯誤。無法連線到本機安全性授權",
    ],
    "rdp-licensing": [
        "La sesión remota se ha desconectado porque no hay ningún servidor de licencias de Terminal Server disponible",
        "リモート デスクトップ ライセンス サーバーを使用できないため、リモート セッションが切断されました",
        "因為沒有可用的遠端桌面授權伺服器,所以遠端工作階段已中斷連線",
        "O computador remoto desconectou a sessao por causa de um erro no protocolo de licenciamento",
    ],
    "rdp-gateway": [
        "Ihr Computer kann keine Verbindung herstellen, da Ihr Benutzerkonto nicht berechtigt ist, auf das RD-Gateway "
        "zuzugreifen",
        "Tu equipo no puede conectarse al equipo remoto porque el servidor de puerta de enlace de Escritorio remoto no "
        "está disponible temporalmente",
        "因为远程桌面网关服务器的证书已过期,计算机无法连接到远程计算机",
        "O computador não consegue ligar porque o certificado do servidor de Gateway de Ambiente de Trabalho Remoto "
        "expirou",
    ],
    "rdp-name": [
        'Der Computername "SRV9" konnte von Remotedesktop nicht gefunden werden',
        'Remote Desktop can\'t find the computer "vnc-host". Verify the name',
    ],
    "rdp-no-connection": [
        "Extern bureaublad kan geen verbinding maken: de externe computer staat uit of externe toegang is niet "
        "ingeschakeld",
        "Remote Desktop kann keine Verbindung aufbauen, Gründe: 1) Remotezugriff auf dem Server nicht aktiviert "
        "2) Remotecomputer ausgeschaltet 3) nicht im Netzwerk",
        "Le bureau à distance ne peut se connecter a l ordinateur distant, raisons: 1. l acces distant n est pas "
        "active 2. l ordinateur distant est éteint",
    ],
    "rdp-certificate": ["Kan de identiteit van de externe computer niet verifiëren. Toch verbinding maken?"],
    "rdp-connection-closed": [
        "Durch einen Protokollfehler wurde die Remotesitzung getrennt",
        "Une erreur interne est survenue. Connexion Bureau à distance",
    ],
    "rdp-own-pc": ["Remotedesktopverbindung funktioniert nicht mehr. Ein Problem führte dazu."],
    "rdp-full": ["Trop d'utilisateurs sont connectés. Sélectionnez un utilisateur à déconnecter"],
    "rdp-credssp": [
        "Fehler bei der Authentifizierung. Die angeforderte Funktion wird nicht unterstützt (Remotedesktop)"
    ],
}
OF_OTHERS = [
    "ssh: connect to host db1 port 22: Connection refused",
    "kinit: Client's credentials have been revoked while getting initial credentials",
    "[sudo] Passwort für anna: Tut mir leid, das Konto ist gesperrt",
    "Error 691: the user name and password combination is not recognized. VPN of the office",
    "FortiClient: the VPN server may be unreachable, the account has expired",
    "Systemfehler 53 aufgetreten. Der Netzwerkpfad wurde nicht gefunden.",
    "Error de sistema 1326: el nombre de usuario o la contraseña no son correctos",
    "No connection to \\\\files\\data. Error code: 0x80070035",
    "mount error(13): Permission denied",
    "session setup failed: NT_STATUS_PASSWORD_EXPIRED",
    "ERROR 1045 (28000): Access denied. Account is locked",
    "Msg 18456, Level 14: the account is disabled",
    "535 5.7.8 Error: authentication failed: account locked",
    "Secure Connection Failed. SEC_ERROR_EXPIRED_CERTIFICATE",
    "java.net.ConnectException: no connection could be made",
    "AnyDesk: the connection to the remote computer was lost",
    "VNC-Verbindung: der Remotecomputer hat das Kennwort nicht akzeptiert",
]


@pytest.mark.parametrize("text", [text for texts in LEADS_TO.values() for text in texts])
def test_a_wording_that_the_table_does_not_hold_is_known(text: str) -> None:
    assert text in LEADS_TO.get(TABLE.identify(text).leads_to[0], [])


@pytest.mark.parametrize("text", OF_OTHERS)
def test_what_another_program_says_leads_nowhere(text: str) -> None:
    assert TABLE.identify(text).leads_to == ("", "")


def test_a_sentence_of_ours_counts_beside_the_name_of_another_program_where_it_speaks_of_a_remote_computer() -> None:
    sentence = "The remote computer disconnected the session because of an error in the licensing protocol."
    assert TABLE.identify(f"{sentence} Outlook was open.").leads_to[0] == "rdp-licensing"


@pytest.mark.parametrize("name", ["SQLSERVER01", "vnc-host", "outlook.example.net", "MYSQL-DB"])
def test_the_name_of_a_computer_is_not_that_of_a_program(name: str) -> None:
    assert TABLE.identify(f"Your credentials did not work. Computer: {name}").leads_to == ("rdp-sign-in", "refused")


@pytest.mark.parametrize("way", ["on VPN", "over wifi", "with the VPN-Verbindung of the office"])
def test_what_is_seen_in_a_session_counts_whatever_the_way_is(way: str) -> None:
    assert TABLE.identify(f"black screen {way}").leads_to[0] == "rdp-picture"
    assert TABLE.identify(f"the connection drops {way}").leads_to[0] == ""
    assert TABLE.identify(f"remote desktop: the connection drops {way}").leads_to[0] == "rdp-connection-closed"


def test_a_number_of_dial_up_does_not_count_beside_a_vpn_and_others_do() -> None:
    assert TABLE.identify("VPN error 708").leads_to[0] == ""
    assert TABLE.identify("error code 516 on VPN").leads_to[0] == "rdp-no-connection"
    assert TABLE.identify("VPN is on, mstsc says error 708").leads_to[0] != ""


def test_the_name_of_a_code_that_every_program_has_does_not_count_in_a_text_of_another() -> None:
    assert TABLE.identify("smbclient: STATUS_ACCOUNT_LOCKED_OUT").leads_to[0] == ""
    assert TABLE.identify("Remote Desktop: STATUS_ACCOUNT_LOCKED_OUT").leads_to[0] == "rdp-sign-in"


def test_a_digit_that_counts_out_what_follows_is_no_number_of_an_error() -> None:
    assert TABLE.identify("reason: 1) it is off 2) it is far").used is None
    assert TABLE.identify("error code: 4) and nothing else").used is not None
