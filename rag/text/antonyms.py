"""Words that say the contrary of each other, as closed lists; each word in its base form."""

from __future__ import annotations

from functools import lru_cache

from rag.text.terms import stem

_ANTONYMS = """
rise increase grow climb gain surge expand | fall decrease decline drop shrink reduce plunge slump contract
raise | lower cut reduce
support back endorse welcome praise applaud approve commend | condemn oppose denounce criticise criticize deplore reject
accept approve adopt pass | reject refuse decline veto
kill | wound injure
release free liberate | detain arrest imprison capture jail execute kill hold seize
lift end suspend waive | impose introduce
open | close shut
begin start launch | end finish conclude stop cease
win | lose
allow permit authorise authorize | ban forbid prohibit prevent bar
strengthen | weaken
succeed | fail
attack | defend
join enter | leave quit exit withdraw
confirm admit | deny
love like | hate dislike
enable | disable
include | exclude
import | export
improve | worsen deteriorate
encourage | discourage
build construct | destroy demolish
create establish | abolish dissolve
agree | disagree
appoint hire | dismiss fire sack
acquit | convict
guilty | innocent
legal lawful | illegal unlawful
constitutional | unconstitutional
true | false untrue
possible | impossible
high | low
higher | lower
large big | small
early earlier | late later
major | minor
maximum | minimum
majority | minority
north northern | south southern
east eastern | west western
success | failure
victory | defeat
ally | enemy
public | private
arrive | depart
deploy | withdraw
ratify sign | denounce
"""


@lru_cache(maxsize=1)
def _contraries() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _ANTONYMS.strip().splitlines():
        left, right = ({stem(word) for word in side.split()} for side in line.split("|"))
        for ours, theirs in ((left, right), (right, left)):
            for word in ours:
                found[word] = found.get(word, frozenset()) | theirs
    return found


def are_contrary(mine: str, theirs: str) -> bool:
    """Whether two stems say the contrary of each other."""
    return theirs in _contraries().get(mine, frozenset())
