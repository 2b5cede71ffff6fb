"""Countries by the words they are compared by: names even where they open a sentence."""

from __future__ import annotations

from rag.text.lexicon import PEOPLES

_COUNTRIES = """
afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan bahamas bahrain bangladesh
barbados belarus belgium belize benin bhutan bolivia botswana brazil brunei bulgaria burundi cambodia cameroon canada
chad chile china colombia congo croatia cuba cyprus czechia denmark djibouti dominica ecuador egypt eritrea estonia
eswatini ethiopia fiji finland france gabon gambia georgia germany ghana greece greenland grenada guatemala guinea
guyana haiti honduras hungary iceland india indonesia iran iraq ireland israel italy jamaica japan jordan kazakhstan
kenya kiribati kosovo kuwait kyrgyzstan laos latvia lebanon lesotho liberia libya liechtenstein lithuania luxembourg
madagascar malawi malaysia maldives mali malta mauritania mauritius mexico moldova monaco mongolia montenegro morocco
mozambique myanmar namibia nauru nepal netherlands nicaragua niger nigeria norway oman pakistan palau palestine panama
paraguay peru philippines poland portugal qatar romania russia rwanda samoa senegal serbia seychelles singapore
slovakia slovenia somalia spain sudan suriname sweden switzerland syria taiwan tajikistan tanzania thailand togo tonga
tunisia turkmenistan tuvalu uganda ukraine uruguay uzbekistan vanuatu venezuela vietnam yemen zambia zimbabwe
"""
COUNTRIES = frozenset(_COUNTRIES.split()) | frozenset(PEOPLES.values())
"""Their `name_key`s; "turkey" stands among them, and opens a sentence as the bird less often."""

ALSO_CALLED = {
    "Great Britain": "United Kingdom", "Britain": "United Kingdom", "UK": "United Kingdom", "U.K.": "United Kingdom",
    "USA": "United States", "US": "United States", "U.S.": "United States", "America": "United States",
    "EU": "European Union", "E.U.": "European Union", "UN": "United Nations", "U.N.": "United Nations",
    "Burma": "Myanmar", "Myanmar": "Burma", "Turkey": "T\u00fcrkiye", "T\u00fcrkiye": "Turkey",
    "Czechia": "Czech Republic", "Czech Republic": "Czechia", "Swaziland": "Eswatini", "Eswatini": "Swaziland",
    "Holland": "Netherlands", "Macedonia": "North Macedonia",
}  # fmt: skip
"""Other names of countries and unions, from that which may be typed to that which may stand in a text."""

OF_SEVERAL_WORDS = (
    "North Korea", "South Korea", "United States", "United Kingdom", "Great Britain", "United Nations",
    "European Union", "Saudi Arabia", "United Arab Emirates", "New Zealand", "South Africa", "South Sudan",
    "Sri Lanka", "Costa Rica", "El Salvador", "Sierra Leone", "Burkina Faso", "Ivory Coast", "North Macedonia",
    "Bosnia and Herzegovina", "Papua New Guinea", "East Timor", "Dominican Republic", "Czech Republic", "San Marino",
    "Trinidad and Tobago", "Solomon Islands", "Marshall Islands", "Central African Republic", "Equatorial Guinea",
    "Cape Verde", "Hong Kong", "West Bank", "South Caucasus", "North Ossetia", "South Ossetia", "Middle East",
    "Soviet Union", "African Union",
)  # fmt: skip
"""Countries, unions and regions of which no word alone says which is meant."""
ACRONYMS = ("NATO", "UN", "EU", "UK", "USA", "UAE", "OSCE", "OPEC", "ASEAN", "UNESCO", "UNICEF", "IAEA", "NGO")
