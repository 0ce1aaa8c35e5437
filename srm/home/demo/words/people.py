"""The people of the firm. The first fourteen are the personas whose log-ins are printed, one per role."""

from __future__ import annotations

from typing import NamedTuple

DOMAIN = "demo.example"
PASSWORD = "kraljic-demo-1983"  # noqa: S105 - printed on every start; never used in production


class Person(NamedTuple):
    """An account of the staff; `key` is how other data names it."""

    key: str
    name: str
    department: str
    language: str
    roles: str
    mail: str = ""

    @property
    def email(self) -> str:
        """maria.koleva@demo.example"""
        return f"{self.mail or self.name.lower().replace(' ', '.')}@{DOMAIN}"


PERSONAS = (
    Person("requester", "Ivan Petrov", "ASM", "en", "requester"),
    Person("approver", "Petya Ilieva", "ASM", "bg", "approver"),
    Person("budget_owner", "Georgi Dimitrov", "PROD", "en", "budget_owner"),
    Person("buyer", "Maria Koleva", "PUR", "en", "buyer"),
    Person("head", "Elena Stoyanova", "SUP", "en", "head"),
    Person("evaluator", "Anna Kuznetsova", "QA", "ru", "evaluator"),
    Person("tender_officer", "Nikolay Vasilev", "LOG", "en", "tender_officer"),
    Person("storekeeper", "Todor Yankov", "WHS", "bg", "storekeeper"),
    Person("accountant", "Vera Orlova", "FIN", "ru", "accountant"),
    Person("payment_approver", "Dimitar Hristov", "FIN", "en", "payment_approver approver"),
    Person("auditor", "Rosen Kirov", "ADM", "en", "auditor"),
    Person("administrator", "Lyubomir Petkov", "IT", "en", "administrator"),
)

STAFF = (
    # Heads of departments and owners of cost centres.
    Person("vladev", "Krasimir Vladev", "PROD", "bg", "budget_owner"),
    Person("radeva", "Snezhana Radeva", "MCH", "bg", "approver requester"),
    Person("kovachev", "Plamen Kovachev", "TLS", "bg", "budget_owner requester"),
    Person("ganchev", "Yordan Ganchev", "MNT", "bg", "budget_owner"),
    Person("belova", "Светлана Белова", "QA", "ru", "budget_owner", "svetlana.belova"),
    Person("mitreva", "Nadezhda Mitreva", "SVC", "bg", "budget_owner"),
    Person("nedelchev", "Hristo Nedelchev", "VRN", "bg", "approver requester"),
    Person("tsankov", "Martin Tsankov", "WHS", "en", "budget_owner"),
    Person("lambrev", "Emil Lambrev", "ADM", "en", "budget_owner"),
    Person("hadzhieva", "Desislava Hadzhieva", "IT", "en", "budget_owner"),
    # Purchasing and supply.
    Person("buyer2", "Stefan Angelov", "PUR", "bg", "buyer"),
    Person("buyer3", "Ольга Смирнова", "PUR", "ru", "buyer", "olga.smirnova"),
    Person("buyer4", "Katherine Walsh", "PUR", "en", "buyer"),
    Person("store2", "Vasil Bonev", "WHS", "bg", "storekeeper"),
    Person("store3", "Radostin Mihov", "SVC", "bg", "storekeeper"),
    Person("store4", "Milena Zhekova", "VRN", "bg", "storekeeper"),
    Person("logist", "Борис Захаров", "LOG", "ru", "requester", "boris.zakharov"),
    Person("logist2", "Denitsa Pavlova", "LOG", "bg", "requester"),
    Person("warehouse", "Galin Stanchev", "WHS", "bg", "requester"),
    # Production.
    Person("asm1", "Сергей Морозов", "ASM", "ru", "requester", "sergey.morozov"),
    Person("asm2", "Tsvetelina Ruseva", "ASM", "bg", "requester"),
    Person("asm3", "Angel Todorov", "ASM", "bg", "requester"),
    Person("asm4", "Daniela Kostova", "ASM", "bg", "requester"),
    Person("mch1", "Rumen Iliev", "MCH", "bg", "requester"),
    Person("mch2", "Йордан Стоянов", "MCH", "bg", "requester", "yordan.stoyanov"),
    Person("mch3", "Алексей Воронов", "MCH", "ru", "requester", "aleksey.voronov"),
    Person("tls1", "Boyan Marinov", "TLS", "bg", "requester"),
    Person("tls2", "Zlatka Peneva", "TLS", "bg", "requester"),
    Person("mnt1", "Kiril Apostolov", "MNT", "bg", "requester"),
    Person("mnt2", "Виктор Лебедев", "MNT", "ru", "requester", "viktor.lebedev"),
    Person("mnt3", "Ventsislav Dobrev", "MNT", "bg", "requester"),
    Person("qa1", "Radka Hristova", "QA", "bg", "requester evaluator"),
    Person("qa2", "James Whitfield", "QA", "en", "requester"),
    # Service and branch.
    Person("svc1", "Нина Андреева", "SVC", "ru", "requester", "nina.andreeva"),
    Person("svc2", "Borislav Chakarov", "SVC", "bg", "requester"),
    Person("svc3", "Lilyana Savova", "SVC", "bg", "requester"),
    Person("vrn1", "Teodora Yaneva", "VRN", "bg", "requester"),
    Person("vrn2", "Ognyan Rachev", "VRN", "bg", "requester"),
    # Administration.
    Person("adm1", "Silviya Georgieva", "ADM", "bg", "requester"),
    Person("adm2", "Margarita Yovcheva", "ADM", "bg", "requester"),
    Person("fin1", "Людмила Фролова", "FIN", "ru", "requester accountant", "lyudmila.frolova"),
    Person("fin2", "Pavel Slavov", "FIN", "bg", "requester"),
    Person("it1", "Kaloyan Vutov", "IT", "bg", "requester"),
    Person("it2", "Daniel Okafor", "IT", "en", "requester"),
    Person("it3", "Iva Gencheva", "IT", "bg", "requester administrator"),
)

# Whose receipts, by place.
KEEPERS = {"PDV1": "storekeeper", "PDV2": "store2", "SOF": "store3", "VAR": "store4"}
# Whose stores a department asks to be served from; its own place where nothing else is said.
BUYERS = ("buyer", "buyer2", "buyer3", "buyer4")
