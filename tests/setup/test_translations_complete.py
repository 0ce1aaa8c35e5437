"""Every sentence the product can say is in the catalogues, and is said in Russian and in Bulgarian."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings

from srm.management import messages
from srm.management.commands.extract_translations import catalogues

PATHS = {path.parent.parent.name: path for path in catalogues()}


@pytest.fixture(scope="module")
def sentences():
    return messages.find(settings.BASE_DIR)


def test_every_sentence_can_be_extracted(sentences):
    assert not sentences.faults, "\n".join(sentences.faults)


@pytest.mark.parametrize("code", PATHS)
def test_a_catalogue_holds_exactly_what_is_said(code, sentences):
    found = messages.missing(messages.read(PATHS[code]), sentences)
    assert not found, "run `manage.py extract_translations`:\n" + "\n".join(found)


@pytest.mark.parametrize("code", PATHS)
def test_everything_is_translated_with_its_placeholders_markup_and_plurals(code):
    found = messages.faults(messages.read(PATHS[code]))
    assert not found, "\n".join(found)


def said(text, reader=messages.in_python):
    return [(one.one, one.many, one.context) for one in reader(text)]


def test_python_is_read_under_whatever_name_it_imports():
    text = (
        "from django.utils import translation\n"
        "from django.utils.translation import gettext as _now, ngettext_lazy, pgettext\n"
        "a = _now('Ap' 'prove') if x else _now('Yes' if y else 'No')\n"
        "b = ngettext_lazy('one line', '%(n)s lines', 'n')\n"
        "c = pgettext('verb', 'Order'), translation.gettext('Bid'), other('Not ours'), _now(name)\n"
    )
    assert sorted(said(text)) == [
        ("Approve", "", ""), ("Bid", "", ""), ("No", "", ""), ("Order", "", "verb"), ("Yes", "", ""),
        ("one line", "%(n)s lines", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("sentence", ["f'{count} lines'", "'Order %s' % number", "'Order ' + number"])
def test_a_sentence_filled_in_before_it_is_translated_is_refused(sentence):
    with pytest.raises(ValueError, match="line 2"):
        said(f"from django.utils.translation import gettext as _\n_({sentence})\n")


def test_templates_are_read_with_their_plurals_contexts_and_constants():
    text = (
        "{% translate 'Open' context 'verb' %}{% trans \"Bids\" as word %}{{ name|default:_('nobody') }}"
        "{% panel _('Files') %}{% comment %}{% translate 'Old' %}{% endcomment %}"
        "{% blocktranslate trimmed count n=rows|length %}\n  {{ n }} row,\n  all of it\n"
        "{% plural %}\n  {{ n }} rows at 100%\n{% endblocktranslate %}"
    )
    assert said(text, messages.in_template) == [
        ("Open", "", "verb"), ("Bids", "", ""), ("nobody", "", ""), ("Files", "", ""),
        ("%(n)s row, all of it", "%(n)s rows at 100%%", ""),
    ]  # fmt: skip


def sentences_of(*ones):
    result = messages.Sentences()
    for one in ones:
        result.add(messages.Found(*one), "srm/x.py")
    return result


def test_a_new_sentence_joins_and_nothing_translated_is_lost(tmp_path):
    path: Path = tmp_path / "ru" / "LC_MESSAGES" / "django.po"
    assert messages.bring_up_to_date(path, sentences_of(("Order",), ("Gone",)))
    path.write_text(path.read_text().replace('msgid "Order"\nmsgstr ""', '# same\nmsgid "Order"\nmsgstr "Заказ"'))
    assert messages.bring_up_to_date(path, sentences_of(("Order",), ("Orders",), ("a line", "%(n)s lines")))
    after = messages.read(path)
    assert [(one.id, one.string) for one in after if one.id] == [
        ("Order", "Заказ"), ("Orders", ""), (("a line", "%(n)s lines"), ("", "", "")),
    ]  # fmt: skip
    assert after.get("Order").user_comments == [messages.SAME]
    assert not messages.bring_up_to_date(path, sentences_of(("a line", "%(n)s lines"), ("Orders",), ("Order",)))
    assert "POT-Creation-Date" not in path.read_text()


@pytest.mark.parametrize(
    ("english", "russian", "fault"),
    [
        ("Order %(number)s", "Заказ %(nomer)s", "placeholders"),
        ("{n} ticked", "Отмечено {m}", "placeholders"),
        ("Order ", "Заказ", "spaces"),
        ("<b>Order</b>", "Заказ", "markup"),
        ("Order", "Order", "the same as the English"),
        ("Order", "", "not translated"),
        (("%(n)s line", "%(n)s lines"), ("%(n)s строка", "%(n)s строки"), "plural forms"),
    ],
)
def test_a_wrong_translation_is_found(english, russian, fault):
    catalog = Catalog(locale="ru")
    catalog.add(english, russian)
    assert [text for text in messages.faults(catalog) if fault in text]


def test_a_word_may_stay_as_it_is_when_that_is_said():
    catalog = Catalog(locale="ru")
    catalog.add("SWIFT", "SWIFT", user_comments=[messages.SAME])
    catalog.add("%(n)s%%", "%(n)s%%")
    assert messages.faults(catalog) == []
