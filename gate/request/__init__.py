"""What arrived: a WSGI environ reduced to what a decision may see.

Reading order: `numbers` (addresses), `proxies` (whom to believe), `address` (the
client), `edge` (what a content network says of its place), `path` (the one canonical
path), `host`, `kind` (what a request is for), `read` (the whole), `continuation` (what
it says about notices that were shown), `families` (how other servers describe a
request that they ask about).
"""

from __future__ import annotations

from gate.request.address import client_of, is_trusted
from gate.request.continuation import (
    acknowledged,
    continues,
    cookie_name,
    is_same_origin_navigation,
    is_user_typed_or_same_origin,
    repeats,
    shown,
    went_on,
)
from gate.request.headers import EnvironHeaders
from gate.request.kind import kind_of
from gate.request.path import canonical_path, canonical_raw
from gate.request.proxies import Proxies
from gate.request.read import ReadSettings, peek_form, read_environ

__all__ = [
    "EnvironHeaders",
    "Proxies",
    "ReadSettings",
    "acknowledged",
    "canonical_path",
    "canonical_raw",
    "client_of",
    "continues",
    "cookie_name",
    "is_same_origin_navigation",
    "is_trusted",
    "is_user_typed_or_same_origin",
    "kind_of",
    "peek_form",
    "read_environ",
    "repeats",
    "shown",
    "went_on",
]
