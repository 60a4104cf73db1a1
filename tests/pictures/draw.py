"""Draws the windows of `drawn/` anew: `python -m tests.pictures.draw`. Needs Chromium, and fonts for every language.

They are drawn once and kept, so that no test needs a browser or a font for them.
"""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.pictures.hostile import notes

DRAWN = Path(__file__).parent / "drawn"
#: Name → language, colours, letters in points of the screen, what is done to it, and the lines of the window.
WINDOWS: dict[str, tuple[str, str, float, str, tuple[str, ...]]] = {
    "english-light.png": (
        *("en", "#111 on #fff", 15, ""),
        (
            "Remote Desktop Connection",
            "Your Remote Desktop Services session has ended.",
            "Error code: 0x904",
            "Extended error code: 0x7",
        ),
    ),
    "english-small.png": (
        *("en", "#222 on #f0f0f0", 12, ""),
        ("Remote Desktop Connection", "An internal error has occurred.", "Error code: 0x4"),
    ),
    "german-dark.png": (
        *("de", "#eee on #202020", 15, ""),
        (
            "Remotedesktopverbindung",
            "Die Verbindung wurde getrennt, weil das Kennwort abgelaufen ist.",
            "Fehlercode: 0xf07",
            "Erweiterter Fehlercode: 0x0",
        ),
    ),
    "french-photo.jpeg": (
        *("fr", "#222 on #f4f1ea", 26, "rotate(1.2deg)"),
        (
            "Connexion Bureau \u00e0 distance",
            "Votre session des services Bureau \u00e0 distance a pris fin.",
            "Code d\u2019erreur : 0x904",
            "Code d\u2019erreur \u00e9tendu : 0x7",
        ),
    ),
    "phone-photo.jpeg": (
        *("en", "#111 on #fff", 26, "rotate(-1deg)"),
        (
            "Remote Desktop Connection",
            "Remote Desktop can't connect to the remote computer for one of these reasons:",
            "Error code: 0x204",
            "Extended error code: 0x0",
        ),
    ),
    "english-scaled.webp": (
        *("en", "#fff on #0b3d66", 22, ""),
        ("We couldn't connect to the gateway because of an error.", "Error code: 0x3000008"),
    ),
    "japanese.png": (
        *("ja", "#111 on #fff", 18, ""),
        (
            "\u30ea\u30e2\u30fc\u30c8 \u30c7\u30b9\u30af\u30c8\u30c3\u30d7\u63a5\u7d9a",
            "\u30a8\u30e9\u30fc \u30b3\u30fc\u30c9: 0x904",
            "\u62e1\u5f35\u30a8\u30e9\u30fc \u30b3\u30fc\u30c9: 0x7",
        ),
    ),
    "chinese.png": (
        *("zh-CN", "#111 on #fff", 18, ""),
        (
            "\u8fdc\u7a0b\u684c\u9762\u8fde\u63a5",
            "\u9519\u8bef\u4ee3\u7801: 0x204",
            "\u6269\u5c55\u9519\u8bef\u4ee3\u7801: 0x0",
        ),
    ),
}
FONTS = "'Open Sans','DejaVu Sans','WenQuanYi Micro Hei',VL-PGothic,sans-serif"
WINDOW = """<body lang="{language}" style="margin:0;background:#789">
<div style="{look};margin:40px;padding:16px 24px;display:inline-block;border:1px solid #888">{texts}
<p style="text-align:right"><button style="font:inherit">OK</button></p></div></body>"""
_AS_WEBP = """(png) => new Promise((done) => {
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext("2d").drawImage(image, 0, 0);
    done(canvas.toDataURL("image/webp", 0.8).split(",")[1]);
  };
  image.src = "data:image/png;base64," + png;
})"""


def draw(page: Page, name: str) -> bytes:
    """Return the picture of one window."""
    language, colours, size, turned, lines = WINDOWS[name]
    front, _, back = colours.partition(" on ")
    texts = "".join(f"<p>{line}</p>" for line in lines)
    look = f"background:{back};color:{front};font:{size}px/1.5 {FONTS};transform:{turned or 'none'}"
    page.set_content(WINDOW.format(language=language, look=look, texts=texts))
    kind = name.rpartition(".")[2]
    if name == "phone-photo.jpeg":  # as a phone keeps it: on its side, with a note of how it was held
        page.add_style_tag(content="body { writing-mode: vertical-rl; text-orientation: sideways; width: max-content }")
        drawn = page.locator("body").screenshot(type="jpeg", quality=60)
        return drawn[:2] + notes(8) + drawn[2:]
    if kind == "jpeg":
        return page.locator("body").screenshot(type="jpeg", quality=60)
    drawn = page.locator("body").screenshot(type="png")
    return drawn if kind == "png" else base64.b64decode(page.evaluate(_AS_WEBP, base64.b64encode(drawn).decode()))


def main() -> None:
    """Draw every window."""
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 760, "height": 400})
        for name in WINDOWS:
            (DRAWN / name).write_bytes(draw(page, name))
        browser.close()


if __name__ == "__main__":
    main()
