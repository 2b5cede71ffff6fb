"""Word lists that `rag.answer.asked` reads."""

from __future__ import annotations

from rag.text.lexicon import PEOPLES

_INSTITUTIONAL = """
office minister prime president secretary general organization organisation republic states state group bureau
convention framework session conference parties party council ministry university committee commission union agency
department court treaty act law statement joint north south east west northern southern eastern western central
european african asian american national international world house senate congress assembly church school college
company corporation bank street river lake sea mount mountain city county province region district park museum
center centre institute society association federation league army navy force war battle revolution empire kingdom
dynasty administration authority government board foundation club team cup championship series award prize day week
month year human rights climate change development program programme system act bill
"""
_COUNTRIES = """
armenia azerbaijan georgia russia iran turkey kazakhstan uzbekistan ukraine india australia mexico cuba luxembourg
austria romania bulgaria
"""
INSTITUTIONAL = frozenset(_INSTITUTIONAL.split())
"""Words of the names of bodies, offices and occasions, not of persons."""
COUNTRIES = frozenset((*PEOPLES.values(), *_COUNTRIES.split()))
"""Keys of countries, as `name_key` gives them."""
