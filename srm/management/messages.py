"""Find every sentence the product can say, keep the catalogues in step with them, and judge translations.

Babel reads and writes the catalogues; the finding is ours, because a sentence is also looked for in Django's
templates, and in the branches of an expression: `_("Yes" if sure else "No")`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from django.template.base import Lexer, Token, TokenType
from django.utils.translation import trim_whitespace
from django.utils.translation.template import (
    block_re,
    constant_re,
    context_re,
    endblock_re,
    inline_re,
    plural_re,
)

FOLDERS = ("srm", "suppliers", "procurement", "kraljic", "templates")
TRANSLATIONS = "django.utils.translation"
# Which arguments of a function are its sentences: (context, one, many).
ARGUMENTS = {
    "gettext": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
# A translator's note that a sentence is the same in both languages on purpose.
SAME = "same"
# Headers that change with the hour, or say nothing.
CHURNING = re.compile(
    rb'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Generated-By|Report-Msgid-Bugs-To|Language-Team|Project-Id-Version): .*\n',
    re.M,
)
FORMATS = re.compile(r"%\(\w+\)[-#0 +]?\d*(?:\.\d+)?[a-zA-Z]|%(?:\.\d+)?[sdif%]|\{\w*(?:[.!:][^{}]*)?\}")
MARKUP = re.compile(r"</?[a-zA-Z][^>]*>")

Key = tuple[str, str]


@dataclass(frozen=True)
class Found:
    """One sentence in one place."""

    one: str
    many: str = ""
    context: str = ""

    @property
    def key(self) -> Key:
        """What a catalogue tells sentences apart by."""
        return (self.context, self.one)


@dataclass
class Sentences:
    """All that was found: sentences with the files they stand in, and what cannot be extracted."""

    places: dict[Key, dict[str, None]] = field(default_factory=dict)
    plurals: dict[Key, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def add(self, found: Found, file: str) -> None:
        """Take one in; a plural wins over the bare sentence, and two plurals of one sentence are a fault."""
        self.places.setdefault(found.key, {})[file] = None
        if found.many:
            known = self.plurals.setdefault(found.key, found.many)
            if known != found.many:
                self.faults.append(f"{file}: {found.one!r} has two plurals: {known!r} and {found.many!r}")


def find(root: Path) -> Sentences:
    """Every sentence under the product's folders."""
    result = Sentences()
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            file = path.relative_to(root).as_posix()
            if path.suffix == ".py" and "migrations" not in path.parts:
                reader = in_python
            elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
                reader = in_template
            else:
                continue
            try:
                for found in reader(path.read_text(encoding="utf-8")):
                    result.add(found, file)
            except (ValueError, SyntaxError) as fault:
                result.faults.append(f"{file}: {fault}")
    return result


def in_python(text: str) -> Iterator[Found]:
    """The sentences of a module, whatever names it imports gettext's functions by."""
    tree = ast.parse(text)
    names = dict(_names(tree))
    if not names:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (function := _function(node.func, names)):
            yield from _said(node, *ARGUMENTS[function])


def _names(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == TRANSLATIONS:
            for alias in node.names:
                if alias.name.removesuffix("_lazy") in ARGUMENTS:
                    yield alias.asname or alias.name, alias.name.removesuffix("_lazy")
        elif isinstance(node, ast.ImportFrom) and node.module == "django.utils":
            yield from ((alias.asname or alias.name, "module") for alias in node.names if alias.name == "translation")


def _function(node: ast.expr, names: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return names.get(node.id) if names.get(node.id) in ARGUMENTS else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and names.get(node.value.id) == "module":
        return name if (name := node.attr.removesuffix("_lazy")) in ARGUMENTS else None
    return None


def _said(call: ast.Call, context_at: int | None, one_at: int, many_at: int | None) -> Iterator[Found]:
    def texts(position: int | None) -> list[str]:
        return [""] if position is None or len(call.args) <= position else list(_literals(call.args[position]))

    for context in texts(context_at):
        for one in texts(one_at):
            for many in texts(many_at):
                if one:
                    yield Found(one, many, context)


def _literals(node: ast.expr) -> Iterator[str]:
    """The sentences an expression can give; a name gives none: what it holds is marked where it is written."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        raise ValueError(f"line {node.lineno}: a translated sentence cannot be an f-string")
    elif isinstance(node, ast.BinOp):
        raise ValueError(f"line {node.lineno}: fill a sentence in after it is translated, not before")


def in_template(text: str) -> Iterator[Found]:
    """The sentences of a Django template."""
    tokens = iter(Lexer(text).tokenize())
    for token in tokens:
        if token.token_type == TokenType.VAR:
            yield from _constants(token)
        elif token.token_type == TokenType.BLOCK:
            if token.contents == "comment":
                _skip(tokens)
            elif match := inline_re.match(token.contents):
                yield Found(match[1][1:-1].replace("%", "%%"), context=_context(match[2]))
                yield from _constants(token)
            elif match := block_re.match(token.contents):
                yield from _constants(token)
                yield _block(tokens, "trimmed" in token.split_contents(), _context(match[1]))
            else:
                yield from _constants(token)


def _constants(token: Token) -> Iterator[Found]:
    return (Found(literal[1:-1].replace("%", "%%")) for literal in constant_re.findall(token.contents))


def _context(words: str | None) -> str:
    match = context_re.match(words or "")
    return match[1][1:-1] if match else ""


def _skip(tokens: Iterator[Token]) -> None:
    for token in tokens:
        if token.token_type == TokenType.BLOCK and token.contents == "endcomment":
            return


def _block(tokens: Iterator[Token], trimmed: bool, context: str) -> Found:
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token.token_type == TokenType.TEXT:
            parts[-1].append(token.contents.replace("%", "%%"))
        elif token.token_type == TokenType.VAR:
            parts[-1].append(f"%({token.contents})s")
        elif token.token_type == TokenType.BLOCK and plural_re.match(token.contents):
            parts.append([])
        elif token.token_type == TokenType.BLOCK and endblock_re.match(token.contents):
            break
        elif token.token_type == TokenType.BLOCK:
            raise ValueError(f"line {token.lineno}: a sentence cannot hold the tag {token.contents!r}")
    texts = [trim_whitespace("".join(part)) if trimmed else "".join(part) for part in parts]
    return Found(texts[0], texts[1] if len(texts) > 1 else "", context)


def read(path: Path) -> Catalog:
    """A catalogue; an empty one of the language when there is none yet."""
    locale = path.parent.parent.name
    if not path.exists():
        return Catalog(locale=locale)
    with path.open("rb") as stream:
        return read_po(stream, locale=locale)


def merged(old: Catalog, sentences: Sentences) -> Catalog:
    """A catalogue of exactly these sentences, with the translations it had; nothing is guessed."""
    new = Catalog(locale=old.locale, project="Quadrant", charset="utf-8", fuzzy=False)
    new.header_comment = (
        "# Sentences are put here by `manage.py extract_translations`; translations stay where they are."
    )
    for key in sorted(sentences.places, key=lambda key: (sorted(sentences.places[key])[0], key[1], key[0])):
        context, one = key
        many = sentences.plurals.get(key)
        known = old.get(one, context or None)
        new.add(
            (one, many) if many else one,
            _kept(known, bool(many), new.num_plurals),
            locations=[(file, 0) for file in sorted(sentences.places[key])],
            flags=known.flags - {"python-format", "python-brace-format"} if known else (),
            user_comments=known.user_comments if known else (),
            context=context or None,
        )
    return new


def _kept(known: Message | None, plural: bool, forms: int) -> str | tuple[str, ...]:
    said = strings(known) if known else [""]
    if plural:
        return tuple(said) if len(said) > 1 else (said[0], *[""] * (forms - 1))
    return said[0]


def written(catalog: Catalog) -> bytes:
    """The text of a catalogue: by file, without line numbers and dates, so that it changes only with its content."""
    stream = BytesIO()
    write_po(stream, catalog, width=0, include_lineno=False, ignore_obsolete=True)
    return CHURNING.sub(b"", stream.getvalue())


def bring_up_to_date(path: Path, sentences: Sentences) -> bool:
    """Write the catalogue if its sentences changed; read at the last moment, for a translator may be at work."""
    text = written(merged(read(path), sentences))
    if path.exists() and path.read_bytes() == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".po.new")
    aside.write_bytes(text)
    aside.replace(path)
    return True


def missing(catalog: Catalog, sentences: Sentences) -> list[str]:
    """Sentences of the product that the catalogue does not hold, and those nobody says any more."""
    held = {(message.context or "", _one(message)): message for message in catalog if message.id}
    lacking = [f"not extracted: {one!r}" for context, one in sentences.places if (context, one) not in held]
    idle = [f"no longer said: {one!r}" for context, one in held if (context, one) not in sentences.places]
    return lacking + idle


def faults(catalog: Catalog) -> list[str]:
    """What is wrong with the translations, a sentence for each fault."""
    return [
        f"{_one(message)!r}: {fault}"
        for message in catalog
        if message.id
        for fault in _faults(message, catalog.num_plurals)
    ]


def strings(message: Message) -> list[str]:
    """What a message is translated to: one text, or one for each plural form; empty ones where nothing is."""
    if isinstance(message.string, str):
        return [message.string]
    return list(message.string or [""])


def _faults(message: Message, forms: int) -> Iterator[str]:
    said = strings(message)
    if not all(said):
        yield "not translated"
        return
    if message.fuzzy:
        yield "marked as unsure"
    if message.pluralizable and len(said) != forms:
        yield f"{len(said)} plural forms, {forms} are needed"
    ids = list(message.id) if message.pluralizable else [_one(message)]
    for string in said:
        yield from _unlike(ids, string, str(string) == ids[0] and SAME not in message.user_comments)


def _unlike(ids: list[str], string: str, copied: bool) -> Iterator[str]:
    if not any(_formats(one) == _formats(string) for one in ids):
        yield f"other placeholders in {string!r}"
    if sorted(MARKUP.findall(ids[-1])) != sorted(MARKUP.findall(string)):
        yield f"other markup in {string!r}"
    for edge in (lambda text: text[: len(text) - len(text.lstrip())], lambda text: text[len(text.rstrip()) :]):
        if edge(ids[0]) != edge(string):
            yield f"other spaces at an end of {string!r}"
    if copied and any(letter.isalpha() for letter in FORMATS.sub("", string)):
        yield f"the same as the English; a comment line `# {SAME}` says that this is meant"


def _formats(text: str) -> list[str]:
    return sorted(FORMATS.findall(text))


def _one(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]
