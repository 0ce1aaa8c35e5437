"""Translations are compiled without gettext's tools."""

import gettext
import os

import pytest
from django.core.management.base import CommandError

from srm.management.commands.compile_translations import compile_catalogs

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'


def catalogue(folder, body):
    source = folder / "bg" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(HEAD + body, encoding="utf-8")
    return source


def test_a_catalogue_is_compiled_once_and_again_when_it_changes(tmp_path):
    source = catalogue(tmp_path, 'msgid "Order"\nmsgstr "Поръчка"\n')
    assert compile_catalogs([tmp_path]) == [source]
    assert compile_catalogs([tmp_path]) == []
    with source.with_suffix(".mo").open("rb") as stream:
        assert gettext.GNUTranslations(stream).gettext("Order") == "Поръчка"
    later = source.with_suffix(".mo").stat().st_mtime + 5
    os.utime(source, (later, later))
    assert compile_catalogs([tmp_path]) == [source]


def test_an_unsure_translation_is_left_out(tmp_path):
    source = catalogue(tmp_path, '#, fuzzy\nmsgid "Order"\nmsgstr "Ред"\n')
    compile_catalogs([tmp_path])
    with source.with_suffix(".mo").open("rb") as stream:
        assert gettext.GNUTranslations(stream).gettext("Order") == "Order"


def test_a_translation_with_another_placeholder_is_refused(tmp_path):
    catalogue(tmp_path, '#, python-format\nmsgid "%(count)s lines"\nmsgstr "%(broi)s реда"\n')
    with pytest.raises(CommandError, match=r"django\.po:"):
        compile_catalogs([tmp_path])
