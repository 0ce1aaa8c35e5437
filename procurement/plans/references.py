"""How plans follow an item that is merged."""

from __future__ import annotations

from procurement.plans.models import PlanLine
from srm.catalog.merging.references import Keeps, register

register(Keeps(PlanLine, why="versions are compared as they were approved; the old item leads to the new one"))
