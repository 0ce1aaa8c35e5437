"""Eighty suppliers, what they deliver, and how well. All are invented.

`supplies` is "CATEGORY weight", the weight being the share of orders of that category. `kind` is the character:
A reliable, B ordinary, C unreliable, W getting worse, I getting better. `until` is the part of the history after which
nothing is ordered from it any more.
"""

from __future__ import annotations

from typing import NamedTuple


class SupplierRow(NamedTuple):
    """One supplier."""

    name: str
    legal: str
    country: str
    city: str
    language: str
    currency: str
    supplies: str
    kind: str
    key: str = ""
    until: float = 1.0
    state: str = "active"


S = SupplierRow
SUPPLIERS = (
    # Those with accounts in the portal come first.
    S("Alfa Metal", "Алфа Метал ООД", "BG", "Plovdiv", "bg", "EUR", "FASTENER 30, SHEET 6", "A", "alfa"),
    S("Метиз-Сервис", "ООО «Метиз-Сервис»", "RU", "Самара", "ru", "EUR", "FASTENER 16, BEARING 8", "C", "metiz"),
    S("Stahlkontor Weser", "Stahlkontor Weser GmbH", "DE", "Bremen", "en", "EUR", "SHEET 26", "B", "stahl"),
    S("Kovinar", "Kovinar d.o.o.", "RS", "Niš", "en", "EUR", "CASTING 28, FASTENER 10", "A", "kovinar"),
    S("Elektron Trade", "Електрон Трейд ЕООД", "BG", "Sofia", "bg", "EUR", "ELECTRO 20, CABLE 14", "B", "elektron"),
    S("Office Express BG", "Офис Експрес АД", "BG", "Sofia", "bg", "EUR", "OFFICE 60, CLEAN 10", "A", "ofis"),
    # Raw materials.
    S("Trakia Stal", "Тракия Стал АД", "BG", "Pernik", "bg", "EUR", "SHEET 22", "A"),
    S("Acciai Veneti", "Acciai Veneti S.p.A.", "IT", "Vicenza", "en", "EUR", "SHEET 16", "B"),
    S("Anadolu Sac", "Anadolu Sac Sanayi A.Ş.", "TR", "Bursa", "en", "USD", "SHEET 18", "C"),
    S("Carpat Oțel", "Carpat Oțel S.R.L.", "RO", "Galați", "en", "RON", "SHEET 12", "B"),
    S("Леярна Хасково", "Леярна Хасково АД", "BG", "Haskovo", "bg", "EUR", "CASTING 24", "B"),
    S("Döküm Bursa", "Döküm Bursa Ltd. Şti.", "TR", "Bursa", "en", "EUR", "CASTING 20", "W"),
    S("Fonderia Brenta", "Fonderia Brenta S.r.l.", "IT", "Padova", "en", "EUR", "CASTING 14", "B"),
    S("Livnica Rasina", "Livnica Rasina a.d.", "RS", "Kruševac", "en", "RSD", "CASTING 12", "I"),
    S("Kupral", "Купрал АД", "BG", "Pirdop", "bg", "EUR", "COPPER 28", "A"),
    S("Filo Rame", "Filo Rame S.r.l.", "IT", "Brescia", "en", "EUR", "COPPER 20", "B"),
    S("Telkablo", "Telkablo Sanayi A.Ş.", "TR", "Çorlu", "en", "USD", "COPPER 18, CABLE 16", "B"),
    S("Wickeldraht Ruhr", "Wickeldraht Ruhr GmbH", "DE", "Hagen", "en", "EUR", "COPPER 18", "A"),
    S("Cupru Dej", "Cupru Dej S.A.", "RO", "Dej", "en", "RON", "COPPER 16", "I"),
    S("Lackwerke Oder", "Lackwerke Oder GmbH", "DE", "Frankfurt (Oder)", "en", "EUR", "RESIN 66", "C"),
    S("Химтекс Девня", "Химтекс Девня ООД", "BG", "Devnya", "bg", "EUR", "RESIN 34", "B"),
    # Parts of drives.
    S("Shenzhen Huaray", "Shenzhen Huaray Components Co., Ltd.", "CN", "Shenzhen", "en", "USD", "ELECTRO 64", "W"),
    S("Halbleiter Nord", "Halbleiter Nord GmbH", "DE", "Itzehoe", "en", "EUR", "ELECTRO 16", "B"),
    S("Mikrotek Ankara", "Mikrotek Elektronik A.Ş.", "TR", "Ankara", "en", "USD", "ELECTRO 20", "B", "", 0.42),
    S("Silicia", "Silicia S.r.l.", "IT", "Agrate", "en", "EUR", "ELECTRO 18", "A", "", 0.46),
    S("Ningbo Yongci", "Ningbo Yongci Magnetics Co., Ltd.", "CN", "Ningbo", "en", "CNY", "MAGNET 66", "W"),
    S("Magnetwerk Saale", "Magnetwerk Saale GmbH", "DE", "Jena", "en", "EUR", "MAGNET 34", "A"),
    S("Лагер Комерс", "Лагер Комерс ООД", "BG", "Sopot", "bg", "EUR", "BEARING 30", "A"),
    S("Kugellager Franken", "Kugellager Franken GmbH", "DE", "Schweinfurt", "en", "EUR", "BEARING 28", "A"),
    S("Rulman İzmir", "Rulman İzmir A.Ş.", "TR", "İzmir", "en", "EUR", "BEARING 20", "B"),
    S("Cuscinetti Emilia", "Cuscinetti Emilia S.p.A.", "IT", "Parma", "en", "EUR", "BEARING 14", "B"),
    S("Getriebebau Sauer", "Getriebebau Sauer KG", "DE", "Hagen", "en", "EUR", "GEAR 42", "A"),
    S("Riduttori Secchia", "Riduttori Secchia S.r.l.", "IT", "Modena", "en", "EUR", "GEAR 34", "B"),
    S("Redüktör Konya", "Redüktör Konya Ltd. Şti.", "TR", "Konya", "en", "EUR", "GEAR 24", "C"),
    S("Dichtwerk Hanau", "Dichtwerk Hanau GmbH", "DE", "Hanau", "en", "EUR", "SEAL 62", "C"),
    S("Гумапласт Русе", "Гумапласт Русе ООД", "BG", "Ruse", "bg", "EUR", "SEAL 22", "B"),
    S("Guarnizioni Mella", "Guarnizioni Mella S.r.l.", "IT", "Brescia", "en", "EUR", "SEAL 16", "C"),
    # Small parts.
    S("Vida Cıvata", "Vida Cıvata A.Ş.", "TR", "Istanbul", "en", "USD", "FASTENER 16", "B"),
    S("Schraubenhandel Süd", "Schraubenhandel Süd GmbH", "DE", "Ulm", "en", "EUR", "FASTENER 16", "A"),
    S("Крепеж 96", "Крепеж 96 ЕООД", "BG", "Plovdiv", "bg", "EUR", "FASTENER 12", "B"),
    S("Kabelkomers", "Кабелкомерс АД", "BG", "Burgas", "bg", "EUR", "CABLE 28", "A"),
    S("Kabelring", "Kabelring GmbH", "DE", "Köln", "en", "EUR", "CABLE 18", "A"),
    S("Cabluri Iași", "Cabluri Iași S.A.", "RO", "Iași", "en", "RON", "CABLE 14", "B"),
    S("Cavi Dora", "Cavi Dora S.r.l.", "IT", "Torino", "en", "EUR", "CABLE 10", "B"),
    # Operating supplies.
    S("Лубрикант Русе", "Лубрикант Русе АД", "BG", "Ruse", "bg", "EUR", "LUBE 40", "A"),
    S("Schmiertechnik Main", "Schmiertechnik Main GmbH", "DE", "Offenbach", "en", "EUR", "LUBE 30", "A"),
    S("Тракия Масла", "Тракия Масла ООД", "BG", "Plovdiv", "bg", "EUR", "LUBE 30", "B"),
    S("Пакинг Тракия", "Пакинг Тракия ООД", "BG", "Plovdiv", "bg", "EUR", "PACKING 34", "A"),
    S("Kartonpak", "Картонпак АД", "BG", "Stara Zagora", "bg", "EUR", "PACKING 26", "B"),
    S("Ambalaj Edirne", "Ambalaj Edirne Ltd. Şti.", "TR", "Edirne", "en", "EUR", "PACKING 20", "B"),
    S("Дървопак", "Дървопак ЕООД", "BG", "Velingrad", "bg", "EUR", "PACKING 20", "B"),
    S("Газтех", "Газтех ООД", "BG", "Plovdiv", "bg", "EUR", "WELD 42", "A"),
    S("Завар Експерт", "Завар Експерт ЕООД", "BG", "Sofia", "bg", "EUR", "WELD 34", "B"),
    S("Schweißbedarf Linz", "Schweißbedarf Linz GmbH", "AT", "Linz", "en", "EUR", "WELD 24", "A"),
    S("Safety Plus", "Сейфти Плюс ООД", "BG", "Sofia", "bg", "EUR", "PPE 44", "A"),
    S("Prevent Pro", "Превент Про ЕООД", "BG", "Varna", "bg", "EUR", "PPE 32", "B"),
    S("Sicura", "Sicura S.r.l.", "IT", "Bologna", "en", "EUR", "PPE 24", "B"),
    S("Чистота 2000", "Чистота 2000 ООД", "BG", "Plovdiv", "bg", "EUR", "CLEAN 48", "A"),
    S("Хигия Трейд", "Хигия Трейд ЕООД", "BG", "Sofia", "bg", "EUR", "CLEAN 42", "B"),
    # Tools and spare parts.
    S("Zerspan Werkzeuge", "Zerspan Werkzeuge GmbH", "DE", "Remscheid", "en", "EUR", "CUTTING 36", "A"),
    S("Toolmax", "Тулмакс ООД", "BG", "Gabrovo", "bg", "EUR", "CUTTING 34, HANDTOOL 28", "B"),
    S("Utensili Lario", "Utensili Lario S.r.l.", "IT", "Lecco", "en", "EUR", "CUTTING 30", "B"),
    S("Инструмент Център", "Инструмент Център ЕООД", "BG", "Plovdiv", "bg", "EUR", "HANDTOOL 50", "A"),
    S("Werkzeug Direkt", "Werkzeug Direkt GmbH", "AT", "Graz", "en", "EUR", "HANDTOOL 22", "A"),
    S("Maschinenteile Kirchner", "Maschinenteile Kirchner KG", "DE", "Chemnitz", "en", "EUR", "SPARE 52", "C"),
    S("Станкопарт", "ООО «Станкопарт»", "RU", "Рязань", "ru", "RUB", "SPARE 18", "C", "", 0.7),
    S("Metalik Parts", "Металик Партс ООД", "BG", "Kazanlak", "bg", "EUR", "SPARE 30", "B"),
    S("Messtechnik Vogt", "Messtechnik Vogt GmbH", "DE", "Göttingen", "en", "EUR", "LAB 62", "C"),
    S("Labtest", "Лабтест ЕООД", "BG", "Sofia", "bg", "EUR", "LAB 38", "B"),
    # Office, IT, services.
    S("Хартия и Ко", "Хартия и Ко ООД", "BG", "Plovdiv", "bg", "EUR", "OFFICE 40", "B"),
    S("Netcom Systems", "Нетком Системс АД", "BG", "Sofia", "bg", "EUR", "IT 48", "A"),
    S("ByteHaus", "ByteHaus GmbH", "DE", "Berlin", "en", "EUR", "IT 30", "B"),
    S("Digita", "Дигита ЕООД", "BG", "Varna", "bg", "EUR", "IT 22", "B"),
    S("Енерго Трейд Юг", "Енерго Трейд Юг АД", "BG", "Plovdiv", "bg", "EUR", "ENERGY 48", "A"),
    S("Марица Енергия", "Марица Енергия АД", "BG", "Stara Zagora", "bg", "EUR", "ENERGY 38", "A"),
    S("Balkan Trans Log", "Балкан Транс Лог ООД", "BG", "Plovdiv", "bg", "EUR", "FREIGHT 34", "A"),
    S("Nakliyat Marmara", "Nakliyat Marmara A.Ş.", "TR", "Istanbul", "en", "EUR", "FREIGHT 22", "B"),
    S("Donau Spedition", "Donau Spedition GmbH", "AT", "Wien", "en", "EUR", "FREIGHT 24", "I"),
    S("Transdunărea", "Transdunărea S.R.L.", "RO", "Giurgiu", "en", "RON", "FREIGHT 20", "C", "", 0.8, "suspended"),
    S("Metrolog BG", "Метролог БГ ЕООД", "BG", "Sofia", "bg", "EUR", "UPKEEP 40", "A"),
    S("Кран Сервиз", "Кран Сервиз ООД", "BG", "Plovdiv", "bg", "EUR", "UPKEEP 34", "B"),
    S("Комфорт Клининг", "Комфорт Клининг ЕООД", "BG", "Plovdiv", "bg", "EUR", "UPKEEP 26", "B", "", 0.9, "blocked"),
    S("Nordlicht Magnete", "Nordlicht Magnete GmbH", "DE", "Kiel", "en", "EUR", "", "B", "", 0.0, "applicant"),
    S("София Електроник", "София Електроник ЕООД", "BG", "Sofia", "bg", "EUR", "", "B", "", 0.0, "applicant"),
)  # fmt: skip

# Suppliers' people and the beginning of their telephone numbers, by country.
PEOPLE = {
    "BG": ("Stefka Marinova", "Mariya Tasheva", "Atanas Delchev", "Dobrin Grozdanov", "Gergana Velikova", "Zhivko Kalchev",
           "Velislava Ivanova", "Simeon Uzunov", "Krasimira Naydenova", "Petar Lazarov"),
    "RU": ("Игорь Соколов", "Татьяна Егорова", "Павел Никитин", "Марина Власова"),
    "DE": ("Annika Brandt", "Jürgen Seidel", "Silke Hoffmann", "Matthias Krüger", "Heike Lorenz", "Torsten Ebert"),
    "AT": ("Lukas Gruber", "Johanna Hofer"),
    "IT": ("Chiara Bianchi", "Marco Ferrari", "Elisa Moretti", "Davide Galli"),
    "TR": ("Ayşe Yılmaz", "Mehmet Kaya", "Zeynep Demir", "Emre Aydın"),
    "RS": ("Jelena Jovanović", "Miloš Petrović"),
    "RO": ("Ioana Popescu", "Andrei Ionescu", "Raluca Stan", "Mihai Dumitru"),
    "CN": ("Chen Wei", "Zhang Li Na", "Liu Jun"),
}  # fmt: skip
PHONES = {"BG": "+359 2", "RU": "+7 846", "DE": "+49 30", "AT": "+43 1", "IT": "+39 02", "TR": "+90 212", "RS": "+381 11",
          "RO": "+40 21", "CN": "+86 755"}  # fmt: skip

# Accounts: key of the supplier, name, address, role. The first two are printed.
ACCOUNTS = (
    ("alfa", "Stefka Marinova", "stefka.marinova@alfametal.example", "supplier_admin"),
    ("alfa", "Dobrin Kalchev", "dobrin.kalchev@alfametal.example", "supplier_user"),
    ("metiz", "Игорь Соколов", "igor.sokolov@metiz.example", "supplier_admin"),
    ("metiz", "Марина Власова", "marina.vlasova@metiz.example", "supplier_user"),
    ("stahl", "Annika Brandt", "annika.brandt@stahlkontor.example", "supplier_admin"),
    ("stahl", "Jürgen Seidel", "juergen.seidel@stahlkontor.example", "supplier_user"),
    ("kovinar", "Jelena Jovanović", "jelena.jovanovic@kovinar.example", "supplier_admin"),
    ("kovinar", "Miloš Petrović", "milos.petrovic@kovinar.example", "supplier_user"),
    ("elektron", "Ralitsa Velikova", "ralitsa.velikova@elektron.example", "supplier_admin"),
    ("ofis", "Zhivko Uzunov", "zhivko.uzunov@officeexpress.example", "supplier_admin"),
)
