"""A picture of the error, or a saved connection, in place of its text: what was read of it, to be corrected."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse

from troubleshoot import cases, pictures
from troubleshoot.engine import Refusal, RefusalCode
from troubleshoot.pictures import MOST_PICTURE_BYTES
from troubleshoot.web import rate_limits
from troubleshoot.web.employee import home
from troubleshoot.web.forms.cases import PasteForm
from troubleshoot.web.refusals import refusal_notice


def read(request: HttpRequest, file: UploadedFile[bytes]) -> HttpResponse:
    """Show the first page with what was read of a file put after what was typed. It counts only when it is sent again.

    Rendered by the POST itself: to redirect, we would have to keep what nobody has looked at yet.
    """
    typed = request.POST.get("text", "")
    try:
        picture, text = _text(request, file)
    except Refusal as refusal:
        status = 429 if refusal.params.get("fault") == "busy" or refusal.code == RefusalCode.TOO_MUCH else 422
        form = PasteForm({"text": typed} if typed.strip() else None)  # that there is no text is no fault of theirs
        return home.ask(request, form, status=status, unread=refusal_notice(refusal))
    told = {"text": f"{typed.rstrip()}\n\n{text}" if typed.strip() else text, "picture": "1" if picture else ""}
    return home.ask(request, PasteForm(told), read="picture" if picture else "saved")


def _text(request: HttpRequest, file: UploadedFile[bytes]) -> tuple[bool, str]:
    """Return whether a file is a picture, and its text. Raises Refusal."""
    if (file.size or 0) > MOST_PICTURE_BYTES:
        raise Refusal(RefusalCode.FILE_UNFIT, fault="too_large")
    data = file.read()
    picture = pictures.is_picture(data)
    if rate_limits.too_much(request, "", cost=rate_limits.PICTURE if picture else rate_limits.KEPT):
        raise Refusal(RefusalCode.TOO_MUCH)
    return picture, cases.text_of_picture(data) if picture else cases.text_of_saved_connection(data)
