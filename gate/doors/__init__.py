"""How requests come in: around a WSGI application, into Flask, as a reverse proxy.

`wsgi` is the door on which the others stand: `claims` and `fields` (header fields on
their way), `reply` and `placing` (banner and footer in the site's answer), `sending`.
`flask` is the extension, `proxy` and `hops` the reverse proxy, `static` a folder.
"""

from __future__ import annotations
