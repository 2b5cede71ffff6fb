"""Word lists of English that the rest of `rag.text` reads."""

from __future__ import annotations

_STOPWORDS = """
a about above after again against all also am an and any are aren't as at be because been before being below between
both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each either else ever
few for from further had hadn't has hasn't have haven't having he he'd he'll he's her here here's hers herself him
himself his how how's however i i'd i'll i'm i've if in into is isn't it it's its itself just let's like may me
might more most much must mustn't my myself neither nor of off on once only or other ought our ours ourselves out
over own per please quite rather really same say says said shall shan't she she'd she'll she's should shouldn't so
some such tell than that that's the their theirs them themselves then there there's therefore these they they'd
they'll they're they've this those though through thus to too under until up upon us very via was wasn't we we'd
we'll we're we've were weren't what what's when when's where where's whether which while who who's whom whose why
why's will with within without won't would wouldn't yes yet you you'd you'll you're you've your yours yourself
yourselves
"""
_OPENERS = """
according additionally all although among another as at based besides both but certain compare currently despite
driven during each earlier even every explain finally find first following for furthermore give given here however
if important in indeed instead last later likewise list many meanwhile moreover most much name never nevertheless
new next no now official officials often on once one only our over overall please recently recall second several
similarly since some sometimes soon specifically statement statements still such summarize tell thank thanks
therefore third three thus today together tomorrow tonight two under unlike until usually welcome whereas while
yesterday yet people countries parties talks today's everyone everybody nobody someone something nothing describe
show state define did does is are was were has have had can could will would should full further good great happy
human joint let long make more national old part peace president public see take try turn using work four five six
seven eight nine ten hundreds thousands millions
"""
_PLEASANTRIES = """
a ah and but bye cheers cool good goodbye great hello hey hi hm indeed lot morning much no oh ok okay perfect please
really so sorry sure thank thanks very well yes you
"""
_CALENDAR = """
january february march april may june july august september october november december monday tuesday wednesday
thursday friday saturday sunday jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thurs fri sat
sun
"""
_CONNECTORS = "of the for on and in de del della der den di du da la le van von bin ibn al el y"
_HONORIFICS = "mr mrs ms mx dr prof sir dame lord lady h.e he hon madam mme messrs"
_OFFICES = """
admiral ambassador attorney captain chair chairman chairwoman chancellor chief colonel commissioner congressman
congresswoman deputy director foreign general governor justice king lieutenant major mayor minister pope premier
president prime prince princess queen representative secretary senator sergeant speaker spokesman spokesperson
spokeswoman state vice
"""
_SMALL_WORDS = "of the and on for to in de la a an & with by"
ASKING = r"(?:what|how|who|whom|whose|when|where|which|why)"
"""The words that ask, as a pattern."""
STOPWORDS = frozenset(_STOPWORDS.split())
"""Function words; "no", "not" and numbers are not among them, since they change what is asked."""
OPENERS = frozenset(_OPENERS.split())
"""Words that begin sentences with a capital and are no names."""
PLEASANTRIES = frozenset(_PLEASANTRIES.split())
"""Words of which a remark may consist that asks for nothing: "and?", "thank you very much"."""
CALENDAR = frozenset(_CALENDAR.split())
"""Months and days of the week: dates, not names."""
NUMBERING = frozenset(("no", "nos", "art", "arts", "sec", "para", "vol", "fig", "pp", "q"))
"""Capitalised before a number, and no names."""
CONNECTORS = frozenset(_CONNECTORS.split())
"""Small words that may stand inside a name."""
HONORIFICS = frozenset(_HONORIFICS.split())
"""Forms of address, no part of a name."""
OFFICES = frozenset(_OFFICES.split())
"""Words before the name of a person that say what office they hold."""
SMALL_WORDS = frozenset(_SMALL_WORDS.split())
"""Words without a letter in an acronym."""
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NUMBER_WORDS = {word: value for value, word in enumerate(_ONES)} | {
    word: 10 * n for n, word in enumerate(TENS, start=2)
}
ORDINAL_WORDS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "fortieth": 40,
    "fiftieth": 50, "sixtieth": 60, "seventieth": 70, "eightieth": 80, "ninetieth": 90,
}  # fmt: skip
SCALES = {
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "hundredth": 10**2, "thousandth": 10**3, "millionth": 10**6,
}  # fmt: skip
SHORT_SCALES = {
    "k": 10**3, "m": 10**6, "mn": 10**6, "mln": 10**6, "bn": 10**9, "bln": 10**9, "b": 10**9, "tn": 10**12, "t": 10**12,
}  # fmt: skip
CURRENCY_SIGNS = {
    "$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₽": "RUB", "₺": "TRY", "₼": "AZN", "֏": "AMD",
    "₾": "GEL", "₴": "UAH", "₹": "INR", "usd": "USD", "eur": "EUR", "gbp": "GBP", "amd": "AMD", "azn": "AZN",
    "gel": "GEL", "rub": "RUB", "chf": "CHF", "c$": "CAD", "a$": "AUD", "nz$": "NZD",
}  # fmt: skip
UNITS = {
    **dict.fromkeys(("%", "percent", "per cent", "pct", "percentage"), "percent"),
    **dict.fromkeys(("percentage point", "percentage points"), "percentage point"),
    **dict.fromkeys(("dollar", "dollars", "usd", "us dollars", "u.s. dollars"), "USD"),
    **dict.fromkeys(("euro", "euros", "eur"), "EUR"),
    **dict.fromkeys(("pound sterling", "pounds sterling", "pound", "pounds", "gbp"), "GBP"),
    **dict.fromkeys(("manat", "manats", "azn"), "AZN"),
    **dict.fromkeys(("dram", "drams", "amd"), "AMD"),
    **dict.fromkeys(("lari", "laris", "gel"), "GEL"),
    **dict.fromkeys(("ruble", "rubles", "rouble", "roubles", "rub"), "RUB"),
    **dict.fromkeys(("lira", "liras"), "TRY"),
    **dict.fromkeys(("yen",), "JPY"),
    **dict.fromkeys(("yuan", "renminbi"), "CNY"),
    **dict.fromkeys(("tenge",), "KZT"),
    **dict.fromkeys(("hryvnia", "hryvnias"), "UAH"),
    **dict.fromkeys(("rupee", "rupees"), "INR"),
    **dict.fromkeys(("franc", "francs", "swiss francs"), "CHF"),
    **dict.fromkeys(("krona", "kronor"), "SEK"),
    **dict.fromkeys(("krone", "kroner"), "NOK"),
    **dict.fromkeys(("zloty", "zlotys"), "PLN"),
    **dict.fromkeys(("rand",), "ZAR"),
    **dict.fromkeys(("peso", "pesos"), "MXN"),
    **dict.fromkeys(("dinar", "dinars"), "DIN"),
    **dict.fromkeys(("dirham", "dirhams"), "AED"),
    **dict.fromkeys(("riyal", "riyals"), "SAR"),
    **dict.fromkeys(("rial", "rials"), "IRR"),
    **dict.fromkeys(("shekel", "shekels"), "ILS"),
    **dict.fromkeys(("som", "soms"), "KGS"),
    **dict.fromkeys(("naira",), "NGN"),
    **dict.fromkeys(("cent", "cents"), "cent"),
    **dict.fromkeys(("km", "kilometer", "kilometers", "kilometre", "kilometres"), "km"),
    **dict.fromkeys(("square kilometers", "square kilometres", "sq km", "sq. km", "km2", "km²"), "km²"),
    **dict.fromkeys(("meter", "meters", "metre", "metres"), "m"),
    **dict.fromkeys(("mile", "miles"), "mile"),
    **dict.fromkeys(("foot", "feet"), "foot"),
    **dict.fromkeys(("hectare", "hectares"), "hectare"),
    **dict.fromkeys(("acre", "acres"), "acre"),
    **dict.fromkeys(("kg", "kilogram", "kilograms"), "kg"),
    **dict.fromkeys(("ton", "tons", "tonne", "tonnes", "metric tons"), "tonne"),
    **dict.fromkeys(("barrel", "barrels"), "barrel"),
    **dict.fromkeys(("mw", "megawatt", "megawatts"), "MW"),
    **dict.fromkeys(("gw", "gigawatt", "gigawatts"), "GW"),
    **dict.fromkeys(("degree", "degrees", "°", "°c"), "degree"),
    **dict.fromkeys(("basis point", "basis points"), "basis point"),
    **dict.fromkeys(("second", "seconds"), "second"),
    **dict.fromkeys(("minute", "minutes"), "minute"),
    **dict.fromkeys(("hour", "hours"), "hour"),
    **dict.fromkeys(("day", "days"), "day"),
    **dict.fromkeys(("week", "weeks"), "week"),
    **dict.fromkeys(("month", "months"), "month"),
    **dict.fromkeys(("year", "years", "year-old"), "year"),
}
PEOPLES = {
    "american": "unitedstates", "us": "unitedstates", "usa": "unitedstates",
    "america": "unitedstates", "british": "unitedkingdom", "uk": "unitedkingdom", "britain": "unitedkingdom",
    "french": "france", "german": "germany", "spanish": "spain", "dutch": "netherlands", "swiss": "switzerland",
    "greek": "greece", "turkish": "turkey", "turkiye": "turkey", "turk": "turkey",
    "turkic": "turkic", "chinese": "china", "polish": "poland", "swedish": "sweden", "danish": "denmark",
    "finnish": "finland", "irish": "ireland", "scottish": "scotland", "welsh": "wales", "kiev": "kyiv",
    "afghan": "afghanistan", "kazakh": "kazakhstan", "kyrgyz": "kyrgyzstan", "tajik": "tajikistan",
    "turkmen": "turkmenistan", "uzbek": "uzbekistan", "pakistani": "pakistan", "filipino": "philippines",
    "thai": "thailand", "norwegian": "norway", "portuguese": "portugal", "belgian": "belgium", "azeri": "azerbaijan",
    "european": "europe", "eu": "europeanunion",
    "un": "unitednations", "fed": "federalreserve",
    "ukrainian": "ukraine", "canadian": "canada", "japanese": "japan", "vietnamese": "vietnam", "lebanese": "lebanon",
    "iranian": "iran", "iraqi": "iraq", "israeli": "israel", "saudi": "saudiarabia", "emirati": "unitedarabemirates",
    "uae": "unitedarabemirates", "yemeni": "yemen", "kuwaiti": "kuwait", "qatari": "qatar", "omani": "oman",
    "czech": "czechia", "slovak": "slovakia", "croat": "croatia", "serb": "serbia", "brazilian": "brazil",
    "argentine": "argentina", "peruvian": "peru", "chilean": "chile", "egyptian": "egypt", "palestinian": "palestine",
    "nato": "nato", "italian": "italy", "hungarian": "hungary", "ossetian": "ossetia",
    "abkhazian": "abkhazia", "abkhaz": "abkhazia", "caucasian": "caucasus",
}  # fmt: skip
"""A people, or another name of a country or body, to the key of it."""
COMPOUNDS = {
    ("united", "states"): "unitedstates",
    ("unitedstates", "unitedstates"): "unitedstates",
    ("united", "kingdom"): "unitedkingdom",
    ("great", "unitedkingdom"): "unitedkingdom",
    ("united", "nations"): "unitednations",
    ("europe", "union"): "europeanunion",
    ("federal", "reserve"): "federalreserve",
    ("saudiarabia", "arabia"): "saudiarabia",
    ("united", "arab", "emirates"): "unitedarabemirates",
}
"""Keys that stand for one country or body when they follow each other."""
