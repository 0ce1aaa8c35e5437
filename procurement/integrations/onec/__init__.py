"""The catalog to and from 1C and what else speaks CommerceML 2.10.

What goes out is strict (valid by the published schema) and complete: what the format has no field for travels in
requisites, so that a catalog comes back without loss. What comes in is read tolerantly, as real 1C and Bitrix files
break the schema in small ways; each fault is listed and the rest is taken. The other system's ids are kept as external
references; the name and the article are never used as a key when an id is known.
"""
