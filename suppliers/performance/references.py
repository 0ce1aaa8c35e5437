"""Delivery facts and merged items."""

from srm.catalog.merging.references import Keeps, register
from suppliers.performance.models import PerformanceFact

register(Keeps(PerformanceFact, why="facts are only added to; they are read by supplier and day"))
