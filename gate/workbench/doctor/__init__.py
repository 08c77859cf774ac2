"""`gate doctor`: what a deployment looks like from inside and outside, and what to do.

`examination` asks everybody:

    from the configuration      trust, database, book, files, exported
    from running workers        running
    about one request           sighting
    from other servers' files   logs, nginx (nginx_syntax), gunicorn, caddy
    from a page of the site     banner, activities, others (trackers.yaml)
    from outside                probe (outside, forging), caches, transport, exits

What a finding is stands in `finding`, its code in `codes`; `fetching`, `page` and
`verdict` are what those share that look at pages.
"""

from __future__ import annotations
