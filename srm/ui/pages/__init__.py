"""Declared pages: a room names model, permission, table, form and service; the page does the rest."""

from srm.ui.pages.action import ActionPage
from srm.ui.pages.base import Page, routes
from srm.ui.pages.detail import DetailPage
from srm.ui.pages.edit import CreatePage, EditPage
from srm.ui.pages.list import ListPage

__all__ = ["ActionPage", "CreatePage", "DetailPage", "EditPage", "ListPage", "Page", "routes"]
