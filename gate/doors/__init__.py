"""How requests come in: around an application, as a proxy, or by another server.

`wsgi` is the door on which the others stand: `claims` and `fields` (header fields on
their way), `reply` and `placing` (banner and footer in the site's answer), `sending`.
`flask` is the extension, `templates` what templates see (`django`: in Django),
`proxy` and `hops` the reverse proxy, `static` a folder.
`check` is asked by other servers before they answer, `verdict` carries what it decided
to where nginx fetches it, and `front` puts the gate's own pages beside the site.
"""

from __future__ import annotations
