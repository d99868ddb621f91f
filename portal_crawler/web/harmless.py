"""An archived page as one that can be looked at: what it says, and nothing that runs, loads or sends by itself.

The policy that is sent along with it (`Content-Security-Policy`) forbids all that once more. Taking it out first keeps
the browser from complaining about each of a page's pictures, and from opening connections ahead (`preconnect`), which
no policy forbids.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

from lxml import etree

from portal_crawler.extract.page import above_many_attributes

# With what is in them, which nobody sees.
_DROPPED = frozenset("script link base meta template noembed".split())
# Only themselves: the parser takes what follows some of them for their content.
_UNWRAPPED = frozenset(
    """object embed applet param audio video source track canvas portal svg math image use animate set dialog form
    frameset noframes noscript""".split()
)
_BLOCKS = frozenset("form frameset noframes noscript dialog".split())
_FRAMES = frozenset(("iframe", "frame"))
# Everything else a page says about its elements is left out.
_KEPT = frozenset(
    """abbr align alt bgcolor border cellpadding cellspacing class clear color colspan compact datetime dir face height
    hspace id lang name nowrap open reversed rowspan rules size span start summary title type valign value vspace
    width""".split()
)
_NO_FORM = frozenset("input button select textarea option".split())
# What could load something, hide in an escape, or lay itself over the page's frame.
_LOADING = re.compile(r"url|import|image|\\|expression|behavior|binding", re.IGNORECASE)


def harmless(text: str, url: str) -> bytes:
    """A page's text as a document in UTF-8. url: the page's own address, for its links.

    Pictures and frames become the addresses they would be loaded from. A page is shown as far as extraction reads it.
    """
    whole = text.encode("utf-8", "replace")
    readable = above_many_attributes(whole)
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, huge_tree=True
    )
    try:
        document = etree.fromstring(readable, parser)
    except etree.ParserError:
        document = None
    if document is None:
        # Nothing but comments and blanks.
        document = etree.Element("html")
    # What stands behind </html> belongs to the page, too.
    for sibling in list(document.itersiblings()):
        document.append(sibling)
    for element in list(document.iter()):
        if not isinstance(element.tag, str) or element.tag in _DROPPED or ":" in element.tag:
            _remove(element)
        elif element.tag in _FRAMES:
            _name_instead(element, f"[frame: {_absolute(url, element.get('src'))}]")
        elif element.tag == "img":
            source = element.get("src") or ""
            shown = "embedded" if source.lower().startswith("data:") else _absolute(url, source)
            _name_instead(element, f"[image: {' '.join(filter(None, (element.get('alt'), shown)))}]")
        elif element.tag == "style":
            _tame_style(element)
        else:
            _tame(element, url)
    if len(readable) < len(whole):
        etree.SubElement(document, "p").text = "[what follows is not shown: a tag of thousands of attributes]"
    written: bytes = etree.tostring(document, method="html", encoding="utf-8")
    return b"<!DOCTYPE html>\n" + written


def _tame(element: etree._Element, url: str) -> None:
    href, style = element.get("href"), element.get("style")
    # Neither read nor taken out one by one, where thousands of them take minutes.
    kept = {name: element.get(name, "") for name in list(element.attrib) if name in _KEPT}
    element.attrib.clear()
    element.attrib.update(kept)
    if element.tag in _UNWRAPPED:
        element.tag = "div" if element.tag in _BLOCKS else "span"
    elif element.tag in _NO_FORM:
        element.set("disabled", "disabled")
    elif element.tag in ("a", "area") and href:
        target = _absolute(url, href)
        if target.lower().startswith(("http://", "https://")):
            # For those who want to copy it; followed, it would load the portal's page of today.
            element.set("title", target)
    if style and not _LOADING.search(style):
        element.set("style", style)


def _tame_style(element: etree._Element) -> None:
    text = element.text or ""
    element.attrib.clear()
    element.text = "".join(declaration if not _LOADING.search(declaration) else ";" for declaration in _pieces(text))


def _pieces(text: str) -> list[str]:
    """A style sheet in declarations and the braces between them."""
    return re.findall(r"[{}]|[^;{}]+;?|;", text)


def _absolute(url: str, address: str | None) -> str:
    try:
        return urljoin(url, (address or "").strip())
    except ValueError:
        return address or ""


def _name_instead(element: etree._Element, text: str) -> None:
    element.tag = "span"
    element.attrib.clear()
    for child in list(element):
        element.remove(child)
    element.text = text


def _remove(element: etree._Element) -> None:
    """Take an element out and leave the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
