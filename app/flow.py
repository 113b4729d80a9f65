"""When this has happened, that follows. Every reaction between rooms stands on this page.

Reactions run in the transaction of what they follow from, and do not set off further ones. They may insert anywhere,
but lock existing rows only in this order of rooms: surveys, needs, offers, selection, tenders, contracts.
"""
