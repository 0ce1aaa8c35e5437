"""Average reference rates of the European Central Bank by year: units of a currency for one euro.

For history that is older than the firm's own rates. Source: ECB euro foreign exchange reference rates, the mean over
all days of a year, rounded to four decimals. The rouble has none after 2021, when its last full year ended.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

# fmt: off
PER_EURO: dict[str, dict[int, str]] = {
    "USD": {
        1999: "1.0658", 2000: "0.9236", 2001: "0.8956", 2002: "0.9456", 2003: "1.1312", 2004: "1.2439",
        2005: "1.2441", 2006: "1.2556", 2007: "1.3705", 2008: "1.4708", 2009: "1.3948", 2010: "1.3257",
        2011: "1.3920", 2012: "1.2848", 2013: "1.3281", 2014: "1.3285", 2015: "1.1095", 2016: "1.1069",
        2017: "1.1297", 2018: "1.1810", 2019: "1.1195", 2020: "1.1422", 2021: "1.1827", 2022: "1.0530",
        2023: "1.0813", 2024: "1.0824", 2025: "1.1300",
    },
    "GBP": {
        1999: "0.6587", 2000: "0.6095", 2001: "0.6219", 2002: "0.6288", 2003: "0.6920", 2004: "0.6787",
        2005: "0.6838", 2006: "0.6817", 2007: "0.6843", 2008: "0.7963", 2009: "0.8909", 2010: "0.8578",
        2011: "0.8679", 2012: "0.8109", 2013: "0.8493", 2014: "0.8061", 2015: "0.7258", 2016: "0.8195",
        2017: "0.8767", 2018: "0.8847", 2019: "0.8778", 2020: "0.8897", 2021: "0.8596", 2022: "0.8528",
        2023: "0.8698", 2024: "0.8466", 2025: "0.8568",
    },
    "CHF": {
        1999: "1.6003", 2000: "1.5579", 2001: "1.5105", 2002: "1.4670", 2003: "1.5212", 2004: "1.5438",
        2005: "1.5483", 2006: "1.5729", 2007: "1.6427", 2008: "1.5874", 2009: "1.5100", 2010: "1.3803",
        2011: "1.2326", 2012: "1.2053", 2013: "1.2311", 2014: "1.2146", 2015: "1.0679", 2016: "1.0902",
        2017: "1.1117", 2018: "1.1550", 2019: "1.1124", 2020: "1.0705", 2021: "1.0811", 2022: "1.0047",
        2023: "0.9718", 2024: "0.9526", 2025: "0.9370",
    },
    "RUB": {
        2005: "34.7664", 2006: "34.1117", 2007: "35.0183", 2008: "36.4207", 2009: "44.1376", 2010: "40.2629",
        2011: "40.8846", 2012: "39.9262", 2013: "42.3370", 2014: "50.9518", 2015: "68.0720", 2016: "74.1446",
        2017: "65.9383", 2018: "74.0416", 2019: "72.4553", 2020: "82.7248", 2021: "87.1527",
    },
}
# fmt: on


def average(currency: str, base: str, on: dt.date) -> Decimal | None:
    """How many `base` one unit of `currency` was worth on average in the year of `on`; None when that is not known."""
    one, other = _per_euro(currency, on.year), _per_euro(base, on.year)
    return other / one if one and other else None


def _per_euro(currency: str, year: int) -> Decimal | None:
    if currency == "EUR":
        return Decimal(1)
    found = PER_EURO.get(currency, {}).get(year)
    return Decimal(found) if found else None
