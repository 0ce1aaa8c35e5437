"""How much may go the low-value route: at most so much a request, and so much a year for one department and category.

A legal entity has one rule, or none, and then nothing is limited. The year counts what was sent that way and is not
refused or withdrawn; lines without a category count together. Asked for is checked when a request is sent and when it
grows, one after the other within a legal entity, so that two requests together do not exceed the year either.
"""
