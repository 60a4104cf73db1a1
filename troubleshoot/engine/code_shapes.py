"""The shapes that codes have in pasted texts: patterns only, each bounded, so that the time stays linear in the text.

They are for text in lower case, which is several times faster than patterns that ignore the case. The words are those
of the languages that dialogs and logs were seen in; a dialog in another language is recognised by its structure
(`OWN_LINE`), never by its words.
"""

import re

# A code never touches a letter, a digit of any script, an underscore, or a sign that makes it part of something else.
_BEFORE = r"(?<![0-9a-z_\d\uff21-\uff5a+\-#&])"
_AFTER = r"(?![0-9a-z_\d\uff21-\uff5a])(?!\.[0-9])"
#: A decimal number is also not the beginning of a date, a time, an address or a fraction.
_AFTER_DECIMAL = rf"{_AFTER}(?![/:,\-][0-9])"
# The letters O, I and l are what people type from a photograph in place of 0 and 1. A program that reads pictures takes
# more for each other; a word of such letters alone is a word.
_HEX = r"(?:[0o]x[ ]?[0-9a-foil]{1,8}|[0o][x\u00d7][ ]?(?=[a-z]{0,7}[0-9])[0-9a-foilsz]{1,8})"
_GAP = r"[ \t]"
_APART = r"(?:[\s.,;/|()\u00b7\u2013\u3002\uff0c\uff1b-]|</?[a-z]{1,8}[ ]?/?>)"
_COLON = r"[:=\uff1a]"
_GROUPED = r"[1-9][0-9]{0,2}(?P<by>[.,' \u2019])[0-9]{3}(?:(?P=by)[0-9]{3}){0,2}"

_EXTENDED_WORD = (
    r"(?:extended|ext(?![a-z])|erweitert|[eé]tendu|extendid|estes[oa]|uitgebreid|rozszerzon"
    r"|\u0440\u0430\u0441\u0448\u0438\u0440\u0435\u043d|\u6269\u5c55|\u64f4\u5145|\u5ef6\u4f38|\u62e1\u5f35|\ud655\uc7a5)"
)
_REASON_WORD = (
    r"reason|ursache(?:ncode)?|grund|raison|motif|motivo|raz[oó]n|\u043f\u0440\u0438\u0447\u0438\u043d\u0430"
    r"|\u539f\u56e0|\u7406\u7531"
)
_LABEL_WORD = (
    rf"{_REASON_WORD}|error|errno|err|code|hresult|status|fehlercode|fehler|erreur|errore|codice|c[oó]digo|kod"
    r"|\u043a\u043e\u0434|\u043e\u0448\u0438\u0431\u043a\u0430|\u4ee3\u7801|\u4ee3\u78bc|\u9519\u8bef\u7801"
    r"|\u932f\u8aa4\u78bc|\u9519\u8bef|\u932f\u8aa4|\u30b3\u30fc\u30c9|\u30a8\u30e9\u30fc"
)
_BETWEEN = (
    r"(?:code|no\.?|nr\.?|number|nummer|num[eé]ro|n[uú]mero|is|was|ist|war|lautet|est|es"
    r"|\u4ee3\u7801|\u30b3\u30fc\u30c9|\u306f|\u4e3a|\u662f)"
)

# Where a text has lost its blanks, the code follows its label at once, and the second label follows the first code.
_LABELLED = "|".join(rf"(?<={word})" for word in ("code", "error", "fehler", "erreur", "\u30c9", "\u7801", "\u78bc"))
HEX = re.compile(rf"(?=[0o][x\u00d7])(?:{_BEFORE}|{_LABELLED})(?P<code>{_HEX})(?:{_AFTER}|(?={_EXTENDED_WORD}))")
#: After a first code: the word "extended" in some language, then the second.
EXTENDED = re.compile(
    rf"{_APART}{{0,12}}+[^\d\r\n:=\uff1a]{{0,40}}?{_EXTENDED_WORD}"
    rf"(?:[^\d\r\n:=\uff1a]{{0,40}}{_COLON}?{_GAP}{{0,4}}(?P<second>{_HEX}{_AFTER}|[0-9]{{1,5}}{_AFTER_DECIMAL})"
    rf"|[^\d:=\uff1a]{{0,40}}{_COLON}?\s{{0,4}}(?P<wrapped>{_HEX}){_AFTER})"
)
#: After a first code: the next line, where another column of the window stands before the word "extended".
EXTENDED_BESIDE = re.compile(
    rf"{_GAP}{{0,4}}\r?\n(?:(?![0o]x)[^\r\n]){{0,80}}?{_EXTENDED_WORD}[^\d\r\n:=\uff1a]{{0,40}}{_COLON}{_GAP}{{0,4}}"
    rf"(?P<second>{_HEX}){_AFTER}"
)
#: After a first code: a sign or a blank, then a second that cannot be a code of its own.
JOINED = re.compile(
    rf"{_GAP}{{0,4}}(?:/{_GAP}{{0,4}}(?P<dashed>{_HEX}{_AFTER}|[0-9]{{1,5}}{_AFTER_DECIMAL})"
    rf"|[|(]{_GAP}{{0,4}}(?P<enclosed>{_HEX}{_AFTER})"
    rf"|(?:[,;:&+\u2013-]|{_GAP}){_GAP}{{0,4}}(?P<short>0x0*(?:[0-9a-f]{{1,2}}|1[01][0-9a-f]{{2}}){_AFTER}))"
)
#: After a first code: a line of its own with a label in any language, then the second.
OWN_LINE = re.compile(
    rf"[.,;\u3002]?(?:\s|</?[a-z]{{1,8}}[ ]?/?>){{1,6}}+(?P<label>[^\d\r\n:\uff1a]{{1,60}})[:\uff1a]{_GAP}{{0,4}}"
    rf"(?P<second>{_HEX}){_AFTER}"
)
SIGNED = re.compile(rf"(?<![0-9a-z_\d+.\-])(?P<code>[-\u2212](?:{_GROUPED}|[0-9]{{6,10}})){_AFTER}")
LABEL = re.compile(rf"(?<![a-z])(?:{_LABEL_WORD})")
LABELLED = re.compile(
    rf"(?<![a-z])(?P<label>{_LABEL_WORD})(?:{_GAP}?{_BETWEEN}){{0,2}}{_GAP}{{0,3}}(?:{_COLON}|[#(])?{_GAP}{{0,3}}"
    rf"(?P<code>{_GROUPED}|[0-9][0-9a-f]{{0,9}}){_AFTER_DECIMAL}"
)
#: Programs print the reason in decimal behind the word, or at the beginning of the next line with words behind it.
DISCONNECTED = re.compile(
    rf"(?<![a-z])(?:disconnect(?:ed|ion)?(?: reason)?|getrennt|d[eé]connect[eé]e?|desconectad[oa]"
    rf"|disconness[oa]|verbroken|\u5207\u65ad(?:\u3055\u308c\u307e\u3057\u305f)?|\u5df2\u65ad\u5f00(?:\u8fde\u63a5)?)[!.]?{_GAP}{{0,3}}"
    rf"(?:{_COLON}{_GAP}{{0,3}}(?P<code>[0-9]{{1,8}}){_AFTER_DECIMAL}"
    rf"|\r?\n{_GAP}{{0,4}}(?P<next>[0-9]{{3,8}})(?={_GAP}{{1,4}}[^\W\d]))"
)
#: The number stands before the word for error.
BEFORE_WORD = re.compile(
    rf"(?<![0-9a-z_\d+.#&/:,-])(?P<code>[0-9]{{3,8}}){_GAP}?\u53f7?(?P<label>error|fehler|erreur|errore|fout"
    r"|\u043e\u0448\u0438\u0431\u043a\u0430|\u9519\u8bef|\u932f\u8aa4|\u30a8\u30e9\u30fc)(?![a-z])"
)
#: A line begins with a decimal and goes on in words: a code only where these words say the same.
OPENING = re.compile(rf"(?m)^{_GAP}{{0,4}}(?P<code>[0-9]{{3,8}})[:.)-]?{_GAP}{{1,4}}(?=[^\W\d])")
#: Ten digits that begin with 2, 3 or 4 may be an unsigned HRESULT, and may be anything else.
LONG = re.compile(rf"{_BEFORE}(?P<code>[2-4][0-9]{{9}}){_AFTER_DECIMAL}")
ALONE = re.compile(
    rf"(?P<code>{_GROUPED}|[0-9a-f]{{1,10}})(?:(?:\s{{0,4}}/\s{{0,4}}|[ \t,;]{{1,4}})(?P<second>[0-9a-f]{{1,4}}))?"
)
_ALERT_KIND = r"(?:tls|ssl|fatal|schwerwiegend|irrecuperable|grave|\u4e25\u91cd|\u56b4\u91cd|\u81f4\u547d)"
ALERT_WORD = re.compile(r"alerte?|alerta|warnung|avviso|\u8b66\u544a|\u8b66\u62a5|\u30a2\u30e9\u30fc\u30c8")
#: On the line of such a word: what makes it a TLS alert, before or after it; and the number that follows.
ALERT_BEFORE = re.compile(rf"{_ALERT_KIND}[^\r\n0-9]{{0,60}}$")
ALERT_AFTER = re.compile(rf"(?P<between>[^\r\n0-9]{{0,120}}+)(?P<code>[0-9]{{1,3}}){_AFTER_DECIMAL}")
ALERT_KIND = re.compile(_ALERT_KIND)
_EVENT_WORD = (
    r"(?:event|ereignis|[eé]v[eé]nement|evento"
    r"|\u0441\u043e\u0431\u044b\u0442\u0438\u0435|\u4e8b\u4ef6|\u30a4\u30d9\u30f3\u30c8)"
)
_PROVIDER = (
    r"(?:schannel|rdpclient|clientactivexcore|remoteconnectionmanager|localsessionmanager|rdpcorets"
    r"|terminalservices-gateway|security-auditing|service control manager)"
)
EVENTS = (
    re.compile(
        rf"(?<![a-z]){_EVENT_WORD}(?:id qualifiers=[\"'][0-9]{{0,5}}[\"']>|[^0-9\r\n]{{0,12}})"
        rf"(?P<value>[0-9]{{2,5}}){_AFTER}"
    ),
    re.compile(rf"{_PROVIDER}(?:/operational)?[^0-9a-z\r\n]{{1,12}}(?P<value>[0-9]{{2,5}}){_AFTER_DECIMAL}"),
    re.compile(rf"(?m)^{_GAP}{{0,4}}id{_GAP}{{0,16}}:{_GAP}{{0,4}}(?P<value>[0-9]{{2,5}}){_GAP}{{0,4}}\r?$"),
    # A row of a list: date, time, perhaps AM or PM, then the number, then a word.
    re.compile(
        rf"[0-9]:[0-9]{{2}}(?:{_GAP}[ap]\.?m\.?)?{_GAP}{{1,12}}(?P<value>[0-9]{{2,5}}){_GAP}{{1,12}}(?=[^\W\d])"
    ),
)
ACTIVITY = re.compile(r"(?<![0-9a-z-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z-])")
#: The name of a code, as headers and logs write it.
NAMED = re.compile(
    r"(?<![0-9A-Za-z_])(?:[A-Z]{1,12}(?:_[A-Z0-9]{1,20}){1,8}|(?:exDisc|disconnect)Reason[A-Za-z0-9]{1,50})(?![0-9A-Za-z_])"
)

ENCODED = re.compile(r"[A-Za-z0-9+/=]{60,}")
OTHER_SCRIPT = re.compile(r"[0-9\uff10-\uff19][xX\uff38\uff58][0-9A-Fa-f\uff10-\uff19\uff21-\uff46]{1,8}")
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]"
)
REORDERING = re.compile("[\u202d\u202e]")
BLANK = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")

# What stands before a number and says what kind it is.
IS_BUG_CHECK = re.compile(r"(?:bug ?check|stop(?: code)?|blue screen)[^0-9]{0,12}$")
IS_WIN32 = re.compile(r"(?:win32|system) error[^0-9]{0,8}$")
#: The numbers of the operating system beside which no other family is meant.
IS_OF_SYSTEM = re.compile(r"(?:(?:win32|system) error|errno)[^0-9]{0,8}$")
#: Programs of Unix print its own number, which Windows does not share.
IS_OF_UNIX = re.compile(r"bio_\w{1,20} returned a system error[^0-9]{0,8}$|\[errno $")
IS_EXTENDED = re.compile(rf"{_EXTENDED_WORD}[^\d\r\n]{{0,40}}$")
IS_FREERDP = re.compile(r"(?:errconnect_|freerdp_error_)[^\r\n]{0,50}$")
IS_ERRINFO = re.compile(
    r"errinfo_[^\r\n]{0,50}$"
    r"|(?:session|sitzung|sesi[oó]n|\u4f1a\u8bdd|\u30bb\u30c3\u30b7\u30e7\u30f3)[ ]?[0-9]{1,5}[^0-9\r\n]{1,60}$"
)
REASON = re.compile(_REASON_WORD)
#: Noughts and the words before them, and nothing more.
NOUGHTS_ALONE = re.compile(rf"(?:{_EXTENDED_WORD}[a-z]{{0,8}}|{_LABEL_WORD}|{_BETWEEN}|[\W0x])*+")

#: A text that begins as programs of Unix do: `name: what went wrong`.
LED_BY = re.compile(r"\s*(?:[$#>] ?)?(?P<name>[a-z][a-z0-9_+-]{1,20})(?:\[\d+\]|\(\d+\))?: ?\S")
#: A text that begins with a name of one to four words in capital letters, then says something: `Name Of It: sentence`.
TITLED_BY = re.compile(r"\s*(?P<name>[A-Z][^\W\d_]+(?:[ -][A-Z&][^\W\d_]*){0,3}) ?(?::|\u2013|-) (?=[^\W\d_])")
#: What other programs print around their messages: a shared folder, a shell, a mail server, a database, a browser.
PRINTED = re.compile(
    r"(?<![\\\w])\\\\(?!tsclient\b)[\w.$-]+\\[\w$]"
    r"|^[ \t]*(?:\[sudo\]|[\w.-]+@[\w-]+(?:\.[\w-]+)*(?:: ?\S|'s ))"
    r"|^[ \t]*[a-z][a-z0-9_.-]*(?: [a-z]+)? error\(\d+\)"
    r"|^[ \t]*(?:FATAL|PANIC|DETAIL|STATEMENT):  "
    r"|^[ \t]*[245]\d\d[ -][245]\.\d{1,3}\.\d{1,3}\b"
    r"|\((?:HY|IM|\d{2})[0-9A-Z]?\d{2}\)|\bSQLSTATE\b|\b(?:ORA|TNS|SP2)-\d{4,5}\b|\bMsg \d+, Level \d+"
    r"|\b(?:SEC|SSL|NS|PR|MOZILLA_PKIX)_ERROR_[A-Z]|\bERR_[A-Z]{2,}_|\bDNS_PROBE_[A-Z]|\bNT_STATUS_[A-Z]"
    r"|\bpam_\w+|\bAADSTS\d|\bHTTP/[123]\b|\bTraceback \(most recent"
    r"|\b[A-Za-z]\w*(?:\.\w+){1,8}(?:Exception|Error)\b",
    re.MULTILINE,
)
