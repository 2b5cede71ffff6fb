"""Words too general to be missed: they frame a question more than they say what it is about."""

from __future__ import annotations

from rag.text.terms import content_terms

_GENERAL = """
many much name named names called call date dates day days year years time times place places number amount kind
kinds type types sort sorts thing things something anything everything else make made making get got give gave
given see seen seem want wants wish take took taken go going goes went come came coming do done doing use used
using know known happen happened become became according accordance summarise summarize describe explain list
find state stated stating part parts way ways person people country city long old often exactly mean means meant
let put set keep kept hold held bring brought show shown shows tell told ask asks asked asking think thought
believe say spoken speak mention mentioned mentions concern concerns concerning regard regarding relate related
relation involve involved include included includes including consist contain contains refer referred claim
claims claimed assert argue feel felt express expresses expressed expect expected expects intend intended plan
plans planned planning suppose supposed aim aims goal goals purpose purposes motive motives reason reasons cause
causes caused result results effect effects impact role position positions side sides opinion view eyes point
points fact facts example case issue question answer help helps helped obtain receive receives allow allows
allowed need needs needed require required lead leads led continue continued stay remain turn move stand stands
rest back pull step stepped aside line behind beyond above under ahead good bad new first last next main major
important significant different certain specific particular special general common likely possible able also
still ever never always soon later early today currently formerly actually officially together apart along away
forward report reports reported publish published appear appeared comment comments issued document text source
various several lot group groups body bodies organisation organization area work works worked working provide
provides provided offer offers offered support supports supported based base due contribute follows follow
following affect affected affects own home free deal real full whole single total current former recent previous further
additional extra profit benefit appeal appealing appeals besides except hand handed handing
"""
GENERAL = frozenset(term.text for term in content_terms(_GENERAL))
"""Their stems."""
