"""Requests that are under way today, one for every state they can stand in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from srm.home.demo.words import Text
from srm.home.demo.words.wants import Ask

if TYPE_CHECKING:
    from srm.home.demo.calendar import Calendar
    from srm.home.demo.needs import Need

A = Ask
NONE: Text = ("", "", "")


class Spec(NamedTuple):
    """A request by who, when (working days ago) and what; `need` counts days from today."""

    asker: str
    center: str
    ago: int
    need_in: int
    titles: Text
    lines: tuple[tuple[Ask, int], ...]
    route: str = "normal"
    reason: Text = NONE
    note: Text = NONE
    place: str = ""
    hour: int = 9

    def need(self, calendar: Calendar) -> Need:
        """The request as it is asked for."""
        from srm.home.demo.needs import Need

        return Need(
            self.titles, self.asker, self.center, calendar.ago(self.ago, self.hour, 7 * (self.ago + 1) % 60),
            calendar.today + dt.timedelta(days=self.need_in), list(self.lines), self.route, self.reason, self.note, self.place,
        )  # fmt: skip


def _a(article: str, quantity: int, unit: str = "") -> tuple[Ask, int]:
    return A(article, 0, 0, unit), quantity


def _words(quantity: int, unit: str, category: str, price: float, text: Text) -> tuple[Ask, int]:
    return A("", 0, 0, unit, text, category, price), quantity


NEEDS: dict[str, Spec] = {
    # Written, not sent yet.
    "draft": Spec("requester", "4110", 0, 30, ("Test bench 4: fixtures", "Стенд 4: оснастка", "Стенд 4: приспособления"), (
        _a("36101", 2), _a("11131", 24),
        _words(1, "SET", "LAB", 780, ("Torque sensor 0–50 N·m with amplifier", "Датчик момента 0–50 Н·м с усилителем", "Датчик за въртящ момент 0–50 N·m с усилвател")))),
    "draft2": Spec("svc1", "4210", 1, 40, ("Spare seals for the vans", "Уплотнения для машин сервиса", "Уплътнения за бусовете"), (_a("28131", 60), _a("28132", 60))),
    # Waiting for each kind of approver.
    "waiting": Spec("asm1", "4110", 1, 21, ("Grease and cloths, line 3", "Смазка и ветошь, линия 3", "Грес и кърпи, линия 3"),
                    (_a("31101", 72), _a("34104", 8)), hour=11),
    "urgent": Spec("asm2", "4110", 0, 4, ("Terminal blocks are running out", "Заканчиваются клеммные колодки", "Клеморедите свършват"), (_a("11151", 300),),
                   "urgent", ("Line 2 stops in three days without them.", "Без них через три дня встанет линия 2.", "Без тях след три дни спира линия 2."), hour=8),
    "waiting2": Spec("asm4", "4120", 2, 28, ("Gloves for the new shift", "Перчатки для новой смены", "Ръкавици за новата смяна"),
                     (_a("30007", 60), _a("30006", 40), _a("30013", 120)), hour=14),
    "owner": Spec("asm3", "4110", 2, 45, ("Bearings for the pump series", "Подшипники для серии насосов", "Лагери за серията помпи"),
                  (_a("26106", 900), _a("26108", 600), _a("26104", 800))),
    "head": Spec("it1", "4430", 3, 35, ("Laptops for design and service", "Ноутбуки для КБ и сервиса", "Лаптопи за конструкторите и сервиза"),
                 (_a("40102", 12), _a("40112", 12)),
                 note=("The warranty of the old ones ends soon.", "У старых скоро кончается гарантия.", "На старите скоро изтича гаранцията.")),
    # Sent back, refused, withdrawn, given up.
    "returned": Spec("requester", "4110", 3, 25, ("Spanners for the second team", "Ключи для второй бригады", "Ключове за втория екип"), (_a("36112", 12), _a("36113", 12))),
    "rejected": Spec("adm2", "4410", 9, 20, ("Chairs for the meeting room", "Кресла в переговорную", "Столове за заседателната"), (_a("39128", 12),)),
    "cancelled": Spec("requester", "4110", 12, 20, ("Heat gun, assembly", "Фен для сборки", "Пистолет за горещ въздух, монтаж"), (_a("36125", 2),)),
    "cut_short": Spec("tls1", "4140", 24, -2, ("Files and blades", "Напильники и полотна", "Пили и ленти"), (_a("35142", 6), _a("36131", 10))),
    "after_fact": Spec("mnt1", "4150", 4, -1, ("Pump of press P-63, bought at night", "Насос пресса P-63, куплен ночью", "Помпа за преса P-63, купена през нощта"),
                       (_a("37164", 1),), "after_fact",
                       ("The press stood still; the shift leader called the supplier.", "Пресс стоял; мастер смены позвонил поставщику.", "Пресата беше спряла; началникът на смяната се обади на доставчика.")),
    "low_value": Spec("fin2", "4420", 5, 14, ("Calculators", "Калькуляторы", "Калкулатори"), (_a("39130", 4),), "low_value",
                      ("Under 100 euros, from the office shop.", "До 100 евро, в магазине канцтоваров.", "Под 100 евро, от книжарницата.")),
    # Approved, open: the buyer can merge them.
    "open1": Spec("requester", "4110", 3, 40, ("Fasteners, next quarter", "Крепёж на квартал", "Крепежи за тримесечието"),
                  (_a("10443", 125, "XBX"), _a("10451", 80, "XBX"), _a("10472", 20, "XBX"))),
    "open2": Spec("svc2", "4210", 3, 42, ("Bolts for service vans", "Болты для машин сервиса", "Болтове за сервизните бусове"), (_a("10443", 7500), _a("10451", 10000)), place="PDV1"),
    "open3": Spec("vrn1", "4220", 2, 44, ("Fasteners for ship pumps", "Крепёж для судовых насосов", "Крепежи за корабни помпи"), (_a("10443", 30, "XBX"), _a("10445", 15, "XBX")), place="PDV1"),
    "open4": Spec("mch1", "4130", 2, 30, ("End mills", "Концевые фрезы", "Фрези"), (_a("35103", 24), _a("35105", 12), _a("35121", 150))),
    # Merged, no tender yet.
    "planned1": Spec("asm2", "4110", 7, 34, ("Cable and lugs, line 1", "Кабель и наконечники, линия 1", "Кабел и обувки, линия 1"), (_a("11102", 800), _a("11122", 1200))),
    "planned2": Spec("mnt2", "4150", 7, 36, ("Cable for the crane way", "Кабель для кранового пути", "Кабел за крановия път"), (_a("11102", 350), _a("11143", 60))),
    # In a tender that is being drafted.
    "drafted1": Spec("mch2", "4130", 8, 38, ("Inserts and fluid", "Пластины и СОЖ", "Пластини и течност"), (_a("35122", 200), _a("35124", 160))),
    "drafted2": Spec("tls2", "4140", 8, 40, ("Drills for fixtures", "Свёрла для оснастки", "Свредла за приспособления"), (_a("35115", 60), _a("35116", 60))),
    # In a tender that takes offers for two more days.
    "tendered1": Spec("requester", "4110", 9, 42, ("Stainless fasteners, half a year", "Нержавеющий крепёж на полгода", "Неръждаеми крепежи за полугодие"), (
        _a("10443", 300, "XBX"), _a("10444", 150, "XBX"), _a("10451", 200, "XBX"))),
    "tendered2": Spec("svc3", "4210", 9, 45, ("Bolts and a torque wrench", "Болты и ключ", "Болтове и ключ"), (
        _a("10443", 20000), _a("10446", 4000),
        _words(2, "C62", "FASTENER", 110, ("Torque wrench 20–100 N·m", "Ключ динамометрический 20–100 Н·м", "Динамометричен ключ 20–100 N·m"))), place="PDV1"),
    # Offers are open and compared.
    "compared1": Spec("asm1", "4120", 18, 38, ("Bearings, pump line", "Подшипники, линия насосов", "Лагери, линия помпи"), (
        _a("26104", 1200), _a("26105", 1500), _a("26106", 900), _a("26108", 700))),
    "compared2": Spec("svc1", "4210", 18, 40, ("Bearings for repair kits", "Подшипники для ремкомплектов", "Лагери за ремонтни комплекти"), (_a("26105", 300), _a("26122", 40)), place="PDV1"),
    # An award waits for the head.
    "awarding1": Spec("logist", "4330", 20, 24, ("Cartons for exports", "Коробки для экспорта", "Кашони за износ"), (_a("32102", 4000), _a("32103", 3000), _a("32121", 200))),
    "awarding2": Spec("warehouse", "4320", 20, 26, ("Film and tape", "Плёнка и скотч", "Фолио и тиксо"), (_a("32131", 120), _a("32141", 180))),
    # Ordered, on its way, in part here: what the requester follows.
    "coming1": Spec("requester", "4110", 32, 5, ("Fasteners for the new drive", "Крепёж для нового привода", "Крепежи за новото задвижване"), (
        _a("10443", 25000), _a("10451", 40000), _a("10445", 5000))),
    "coming2": Spec("asm3", "4120", 32, 12, ("Bolts for the pump series", "Болты для серии насосов", "Болтове за серията помпи"), (_a("10443", 60, "XBX"), _a("10446", 3000))),
    "received": Spec("requester", "4110", 46, -3, ("Protective glasses and helmets", "Очки и каски", "Очила и каски"), (_a("30031", 40), _a("30032", 12))),
    # Served from our own store.
    "stock": Spec("mnt3", "4150", 2, 10, ("Belts and grease", "Ремни и смазка", "Ремъци и грес"), (_a("37151", 4), _a("31101", 10), _a("37122", 2))),
}  # fmt: skip
