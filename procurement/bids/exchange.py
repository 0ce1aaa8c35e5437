"""Sheets of offers: the comparison for the buyer."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.bids.selectors import Board
from srm.core.actor import Actor
from srm.exchange.sheets import about_facts
from srm.exchange.writers import Column, XlsxBook

_SIX = Decimal("0.000001")


def comparison_file(board: Board, actor: Actor) -> bytes:
    """The comparison as a workbook: prices side by side, then every offer's lines."""
    stream = io.BytesIO()
    with XlsxBook(stream) as book:
        count = book.write_table(_("Comparison"), _columns(board), _rows(board))
        book.write_table(_("Offers"), _offer_columns(), _offer_rows(board))
        facts = [(_("Tender"), f"{board.tender.number} {board.tender.title}"), (_("Currency"), board.tender.currency)]
        book.write_facts(_("About"), about_facts(_("Comparison of offers"), actor, count, facts))
    return stream.getvalue()


def _columns(board: Board) -> list[Column]:
    names = [bid.supplier.name for bid in board.bids]
    fixed = [
        Column(_("Lot"), width=20), Column(_("Article"), width=12), Column(_("Item"), width=36), Column(_("Quantity"), "quantity"),
        Column(_("Unit"), width=8), Column(_("Needed by"), "date", 12), Column(_("Baseline price"), "decimal"),
    ]  # fmt: skip
    return [
        *fixed,
        *(Column(f"{name}: {_('price with freight')}", "decimal", 18) for name in names),
        Column(_("Best"), width=24),
    ]


def _rows(board: Board) -> Iterator[list[Any]]:
    for block in board.lots:
        for row in block.rows:
            line, best = row.line, ""
            for bid, cell in zip(board.bids, row.cells, strict=True):
                best = bid.supplier.name if cell and cell.best else best
            prices = [cell.quote.unit.quantize(_SIX) if cell else None for cell in row.cells]
            item = line.item
            yield [
                block.lot.title, item.article if item else "", item.name if item else line.description, line.quantity,
                str(line.unit), line.need_by, line.baseline, *prices, best,
            ]  # fmt: skip


def _offer_columns() -> list[Column]:
    return [
        Column(_("Supplier"), width=24), Column(_("State"), width=14), Column(_("Lot"), width=20), Column(_("Item"), width=36),
        Column(_("Price"), "decimal"), Column(_("Price for"), "whole"), Column(_("Quantity"), "quantity"), Column(_("Unit"), width=8),
        Column(_("Net"), "amount"), Column(_("With freight"), "amount"), Column(_("Delivery"), "date", 12),
        Column(_("Note"), width=36),
    ]  # fmt: skip


def _offer_rows(board: Board) -> Iterator[list[Any]]:
    for place, bid in enumerate(board.bids):
        for block in board.lots:
            for row in block.rows:
                if (cell := row.cells[place]) is not None:
                    line = cell.line
                    yield [
                        bid.supplier.name, bid.state_label, block.lot.title, row.line.what, line.price, line.price_basis,
                        line.quantity, str(row.line.unit), line.net, line.landed, line.deliver_on, line.note,
                    ]  # fmt: skip
