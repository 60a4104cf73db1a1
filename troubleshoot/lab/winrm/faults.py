"""The faults of the simulated WinRM service, with the codes, subcodes and words of recorded Windows replies.

Codes come from recorded traffic (Windows 2008 R2 to 2016) and from the names in wsmerror.h. Where no recording
exists (an id chosen twice, a closed stdin, an unknown resource) the code is the documented one, its dress is ours.
"""

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

_DETAIL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"
_WMI = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"
_FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"


@dataclass(frozen=True)
class WinRMFault:
    """One SOAP fault: WSManFault ``code``, who is to blame, and how it is dressed."""

    code: int
    subcode: str
    reason: str
    sender: bool = True
    detail: str = ""  # the last part of the w:FaultDetail address
    message: str = ""  # when the WSManFault says something else than the reason
    provider: bool = False  # raised by the command shell plug-in
    wmi: bool = False  # an MSFT_WmiError without any WSManFault, as the quotas answer

    def body(self, machine: str) -> str:
        """Return the s:Fault element; ``machine`` is the name by which the client called the host."""
        side = "s:Sender" if self.sender else "s:Receiver"
        if self.subcode == "s:MustUnderstand":
            code = "<s:Value>s:MustUnderstand</s:Value>"
        else:
            code = f"<s:Value>{side}</s:Value><s:Subcode><s:Value>{self.subcode}</s:Value></s:Subcode>"
        address = f"<w:FaultDetail>{_DETAIL}{self.detail}</w:FaultDetail>" if self.detail else ""
        inner = self._wmi_error() if self.wmi else self._wsman_fault(machine)
        return (
            f"<s:Fault><s:Code>{code}</s:Code>"
            f'<s:Reason><s:Text xml:lang="en-US">{escape(self.reason)}</s:Text></s:Reason>'
            f"<s:Detail>{address}{inner}</s:Detail></s:Fault>"
        )

    def _wsman_fault(self, machine: str) -> str:
        text = escape(self.message or self.reason)
        if self.provider:
            path = "%systemroot%\\system32\\winrscmd.dll"
            text = f'<f:ProviderFault provider="Shell cmd plugin" path="{path}">{text}</f:ProviderFault>'
        return (
            f'<f:WSManFault xmlns:f="{_FAULT}" Code="{self.code}" Machine={quoteattr(machine)}>'
            f"<f:Message>{text}</f:Message></f:WSManFault>"
        )

    def _wmi_error(self) -> str:
        return (
            f'<p:MSFT_WmiError b:IsCIM_Error="true" xmlns:p="{_WMI}" '
            'xmlns:b="http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd">'
            f'<p:CIMStatusCode xsi:type="cim:cimUnsignedInt" {_CIM}>27</p:CIMStatusCode>'
            f'<p:error_Code xsi:type="cim:cimUnsignedInt" {_CIM}>{self.code}</p:error_Code>'
            f'<p:Message xsi:type="cim:cimString" {_CIM}>{escape(self.reason)}</p:Message></p:MSFT_WmiError>'
        )


class FaultError(Exception):
    """The request is answered with this fault."""

    def __init__(self, fault: WinRMFault) -> None:
        super().__init__(fault.code)
        self.fault = fault


_CIM = 'xmlns:cim="http://schemas.dmtf.org/wbem/wscim/1/common" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_SELECTORS = (
    "The WS-Management service cannot process the request because the request contained invalid selectors "
    "for the resource. "
)
_TIMED_OUT = "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.  "

ACCESS_DENIED = WinRMFault(5, "w:AccessDenied", "Access is denied. ")
BAD_PARAMETER = WinRMFault(
    87, "w:InvalidParameter", "The parameter is incorrect. ", detail="InvalidValue", provider=True
)
ABORTED = WinRMFault(
    995,
    "w:InternalError",
    "The I/O operation has been aborted because of either a thread exit or an application request. ",
    sender=False,
    provider=True,
)
LINE_TOO_LONG = WinRMFault(
    2147942606, "w:InternalError", "The filename or extension is too long. ", sender=False, provider=True
)
PIPE_CLOSED = WinRMFault(2147942632, "w:InternalError", "The pipe is being closed. ", sender=False, provider=True)
TIMED_OUT = WinRMFault(2150858793, "w:TimedOut", _TIMED_OUT, sender=False)
UNKNOWN_RESOURCE = WinRMFault(
    2150858752,
    "a:DestinationUnreachable",
    "The WS-Management service cannot process the request. The resource URI is missing or it has an incorrect "
    "format. Check the documentation or use the following command for information on how to construct a "
    'resource URI: "winrm help uris". ',
    detail="InvalidResourceURI",
)
UNKNOWN_ACTION = WinRMFault(
    2150858771,
    "a:ActionNotSupported",
    "The WS-Management service does not support the action specified in the request. ",
)
NOT_UNDERSTOOD = WinRMFault(
    2150858768,
    "s:MustUnderstand",
    "The WS-Management service cannot process a SOAP header in the request that is marked as mustUnderstand by "
    "the client. This could be caused by the use of a version of the protocol which is not supported, or may be "
    "an incompatibility between the client and server implementations. ",
)
HEADER_MISSING = WinRMFault(
    2150858769,
    "a:MessageInformationHeaderRequired",
    "The WS-Management service cannot process the request. The request does not have all the expected SOAP headers. ",
)
BAD_SCHEMA = WinRMFault(
    2150858817,
    "w:SchemaValidationError",
    "The SOAP XML in the message does not match the corresponding XML schema definition. Change the XML and retry. ",
)
ID_TAKEN = WinRMFault(
    2150858803,
    "w:AlreadyExists",
    "The WS-Management service cannot create the resource because it already exists. ",
)
UNKNOWN_SHELL = WinRMFault(2150858843, "w:InvalidSelectors", _SELECTORS, detail="UnexpectedSelectors")
UNKNOWN_COMMAND = WinRMFault(
    2150858843,
    "w:InvalidSelectors",
    _SELECTORS,
    detail="UnexpectedSelectors",
    message=(
        "The Windows Remote Shell received a request to perform an operation on a command identifier that does "
        "not exist. Either the command has completed execution or the client specified an invalid command "
        "identifier. "
    ),
)


def bad_timeout(text: str) -> WinRMFault:
    """Return the refusal of an OperationTimeout that is not a positive duration."""
    return WinRMFault(
        2150858767,
        "a:InvalidMessageInformationHeader",
        "The WS-Management service cannot process the request. The request contains one or more invalid SOAP headers. ",
        message=(
            "The WS-Management service cannot process the request. The XML contains an invalid timeout field "
            f"in the SOAP header: {text[:64]}. "
        ),
    )


def shells_quota(limit: int) -> WinRMFault:
    """Return the refusal of one shell too many for this user."""
    return WinRMFault(
        2150859173,
        "w:QuotaLimit",
        "The WS-Management service cannot process the request. This user is allowed a maximum number of "
        f"{limit} concurrent shells, which has been exceeded. Close existing shells or raise the quota for this "
        "user. ",
        wmi=True,
    )


def operations_quota(limit: int) -> WinRMFault:
    """Return the refusal of one operation too many for this user."""
    return WinRMFault(
        2150859174,
        "w:QuotaLimit",
        "The WS-Management service cannot process the request. This user is allowed a maximum number of "
        f"{limit} concurrent operations, which has been exceeded. Close existing operations for this user, or "
        "raise the quota for this user. ",
        wmi=True,
    )
