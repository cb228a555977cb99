"""Where the elements of an XML part begin and end, so that it can be changed in place.

Only for parts that have passed the gate, which refuses DOCTYPE and entities.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat


@dataclass(slots=True)
class Element:
    """An element by its place in the bytes.

    Args:
        tag: its name without prefix.
        name: its name as it is written.
        attributes: as it has them.
        start: of ``<``.
        inner: behind the ``>`` of its first tag.
        end: behind its last ``>``.
        empty: whether it is ``<tag/>``.
        children: the elements right within it.
    """

    tag: str
    name: bytes
    attributes: dict[str, str]
    start: int
    inner: int = 0
    end: int = 0
    empty: bool = False
    children: list[Element] = field(default_factory=list)

    def get(self, name: str) -> str | None:
        """An attribute, or None."""
        return self.attributes.get(name)


def elements(part: bytes) -> list[Element]:
    """The elements right below the root, with all that is in them.

    Example:
        >>> (data,) = elements(b'<s><data><row r="1"/></data></s>')
        >>> data.children[0].get("r"), data.inner, data.children[0].empty
        ('1', 9, True)
    """
    parser = expat.ParserCreate()
    root = Element("", b"", {}, 0)
    stack = [root]

    def begin(name: str, attributes: dict[str, str]) -> None:
        start = parser.CurrentByteIndex
        element = Element(name.rpartition(":")[2], name.encode(), attributes, start)
        element.inner = _tag_end(part, start)
        element.empty = part[element.inner - 2 : element.inner] == b"/>"
        stack[-1].children.append(element)
        stack.append(element)

    def finish(name: str) -> None:
        element = stack.pop()
        element.end = element.inner if element.empty else part.index(b">", parser.CurrentByteIndex) + 1

    parser.StartElementHandler, parser.EndElementHandler = begin, finish
    parser.Parse(part, True)
    return root.children[0].children if root.children else []


def edited(part: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """Stretches of bytes replaced, in order.

    Example:
        >>> edited(b"abc", [(2, 3, b"C"), (1, 1, b"-")])
        b'a-bC'
    """
    pieces, at = [], 0
    for start, end, new in sorted(edits, key=lambda e: e[:2]):
        pieces += [part[at:start], new]
        at = end
    return b"".join([*pieces, part[at:]])


def _tag_end(part: bytes, start: int) -> int:
    """Behind the ``>`` of the tag that begins at `start`; one within quotes is not meant."""
    at = start
    while True:
        sign = part.index(b">", at)
        quotes = part[start:sign]
        if _closed(quotes):
            return sign + 1
        at = sign + 1


def _closed(text: bytes) -> bool:
    """Whether every quote in a tag is closed."""
    inside = 0
    for sign in text:
        if inside:
            inside = 0 if sign == inside else inside
        elif sign in (34, 39):
            inside = sign
    return not inside
