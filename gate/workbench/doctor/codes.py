"""Every code that a finding of `gate doctor` can carry, and what helps in general."""

from __future__ import annotations

CODES: dict[str, tuple[str, str]] = {
    # How readers' addresses are found.
    "D001": (
        "The address that the gate takes a request for is not a reader's.",
        (
            "Name your proxies in visitor.trusted_proxies and their header in "
            "visitor.header; gate doctor --peer ADDRESS --header 'NAME: VALUE' "
            "tries it."
        ),
    ),
    "D002": (
        "Requests seem to come from private addresses.",
        "A proxy stands before the gate that visitor.trusted_proxies does not name.",
    ),
    "D003": (
        "Requests seem to come from a content delivery network.",
        (
            "Have your own server take the reader's address from the CDN's header, or "
            "name the CDN's networks in visitor.trusted_proxies and its header."
        ),
    ),
    "D004": (
        "Forwarding headers come from peers that are not trusted.",
        "If it is your proxy, name its network in visitor.trusted_proxies.",
    ),
    "D005": (
        "A trusted proxy sends no readable address.",
        "Have it set the header that visitor.header names, or correct visitor.header.",
    ),
    "D006": (
        "The running gate was not asked, because none uses this state folder.",
        (
            "Start gate serve; if it runs, run gate doctor as the gate's own user, "
            "with the same configuration and state folder."
        ),
    ),
    # The trust list.
    "D010": (
        "A header is named, but nobody is trusted to set it.",
        "List the networks of your proxies in visitor.trusted_proxies.",
    ),
    "D011": (
        "The trust list is wider than the proxies can be.",
        "Name the addresses of your proxies, not the network that they are in.",
    ),
    "D012": (
        "Proxies are trusted, but no header is believed.",
        "Name in visitor.header the header that they set.",
    ),
    "D013": (
        "The trust list holds networks that other people's servers are in as well.",
        (
            "Let only the CDN reach the gate, and believe only the header that the CDN "
            "itself writes, never X-Forwarded-For."
        ),
    ),
    # The database.
    "D020": (
        "A database cannot be used.",
        "Run gate check; get a new file.",
    ),
    "D021": (
        "A database is old; addresses have changed hands since.",
        "Replace the file by a current one; the gate takes it when it reads anew.",
    ),
    "D022": (
        "The database that ships with the gate decides.",
        (
            "Name a current GeoLite2-City, GeoIP2-City or DB-IP City file in "
            "geo.databases."
        ),
    ),
    "D023": (
        "The database cannot tell what the areas ask for.",
        "Use a City database with regions and points.",
    ),
    # The rule book, and what is at work.
    "D030": (
        "Configuration or rule book is not sound.",
        "Run gate check; it shows each problem with its place.",
    ),
    "D031": (
        "Notices are drafts that nobody has signed.",
        "Have a lawyer and a native editor sign them: status and reviewed_by.",
    ),
    "D032": (
        "The running gate has to do without something.",
        "The sentence says what; gate status shows it until it is gone.",
    ),
    "D033": (
        "The workers do not rest on the same things.",
        "Wait some seconds; if it stays so, restart gate serve.",
    ),
    "D034": (
        "The running gate does not rest on the files that are here now.",
        "Send HUP to gate serve; what it says on standard error tells why not.",
    ),
    "D035": (
        "Every reader passes, because the mode is observe.",
        "Set mode: enforce when the careful start is over.",
    ),
    "D036": (
        "While the gate is down, every reader passes unwarned.",
        "If that is not what you want, set check.when_down: warn or refuse.",
    ),
    # Logs that record readers.
    "D040": (
        "nginx writes readers' addresses into an access log.",
        (
            "Write access_log off; or a log_format without addresses, as gate recipe "
            "nginx does."
        ),
    ),
    "D041": (
        "nginx writes readers' addresses into its error log.",
        "Write error_log FILE emerg; below that level lines may name the client.",
    ),
    "D042": (
        "gunicorn writes readers' addresses into an access log.",
        "Leave accesslog out, or give an access_log_format without %(h)s and %(r)s.",
    ),
    "D043": (
        "Caddy writes readers' addresses into an access log.",
        (
            "Take log out of the site, or delete the fields with a filter, as "
            "gate recipe caddy does."
        ),
    ),
    "D044": (
        "A log file holds addresses.",
        "Stop the program that writes them, then delete the file and its copies.",
    ),
    "D045": (
        "A file could not be looked at, or there was none.",
        "Name it: --nginx-config, --gunicorn-config, --caddy-config, --logs.",
    ),
    # Caches.
    "D050": (
        "A gated page may be kept by a cache that many readers share.",
        "Leave the Cache-Control and CDN-Cache-Control of the gate as they are.",
    ),
    "D051": (
        "A gated page came out of a cache that many readers share.",
        "Switch the cache off for these paths, and empty it now.",
    ),
    "D052": (
        "site.cache is edge, but no fresh exported table was shown.",
        (
            "Run gate export, bring the table to the edge, and give the file with "
            "--export; or set site.cache: private."
        ),
    ),
    # What the site has to do.
    "D060": (
        "The site does not show the banner that the gate gives it.",
        (
            "Have the site put X-Gate-Banner, decoded from base64, right after "
            "<body>; or set check.banner: page."
        ),
    ),
    "D070": (
        "Pages send to paths that site.activities does not declare.",
        (
            "Declare each path with its activity and method in site.activities, if it "
            "is one; otherwise no notice comes before it."
        ),
    ),
    "D071": (
        "Links of a page look like sharing, saving or giving, but are not declared.",
        "Declare them in site.activities with methods: [GET].",
    ),
    "D072": (
        "Share links lead from the page straight to a social network.",
        (
            "Lead them over a path of your own that site.activities declares as share; "
            "otherwise the notice never comes before the reader shares."
        ),
    ),
    "D080": (
        "Gated pages call a tracker or widget that learns who reads them.",
        "Take it out of these pages; the gate cannot hide a reader from it.",
    ),
    "D081": (
        "Gated pages call servers of others.",
        "Serve these files yourself.",
    ),
    "D082": (
        "Other sites may learn which article a reader came from.",
        "Send Referrer-Policy: same-origin with every page.",
    ),
    "D083": (
        "No Content-Security-Policy keeps servers of others out of the pages.",
        "Send one that names only your own servers, such as default-src 'self'.",
    ),
    "D084": (
        "No page of the site's own could be searched for servers of others.",
        "Name server.upstream and an article with --path, or give --probe.",
    ),
    # The way to the reader.
    "D090": (
        "The site is reached without HTTPS: everybody on the way can read along.",
        "Serve it over HTTPS only.",
    ),
    "D091": (
        "http:// does not lead to https://.",
        "Answer every request on port 80 with 301 to the same address on https.",
    ),
    "D092": (
        "The gate's cookie goes without the name that browsers protect.",
        "Have the proxy set X-Forwarded-Proto to the reader's scheme.",
    ),
    "D093": (
        "Browsers are not told to use HTTPS only.",
        "Send Strict-Transport-Security: max-age=31536000 with every answer.",
    ),
    # Pages that readers are led to.
    "D100": (
        "The page that leaving leads to does not answer.",
        "Name a page in site.exit_url that answers and says nothing of the reader.",
    ),
    "D101": (
        "Leaving leads back to the site.",
        "Name a page elsewhere in site.exit_url.",
    ),
    "D102": (
        "The page that explains the situation does not answer.",
        "Publish it, or correct site.explainer_url.",
    ),
    # The gate's own files and doors.
    "D110": (
        "The secret of the check endpoints can be read by others.",
        "chmod 600 the file, and write a new secret into it.",
    ),
    "D111": (
        "The secret of the check endpoints is too short.",
        "Write at least 32 random characters: openssl rand -hex 32.",
    ),
    "D112": (
        "Readiness and metrics can be asked for by everyone.",
        "Listen at 127.0.0.1 or at an address of your own network.",
    ),
    "D113": (
        "Others may look into the state folder.",
        "chmod 700 the folder; it must belong to the gate's own user.",
    ),
    # From outside.
    "D120": (
        "The site does not answer, or not in time.",
        "Try the address in a browser; check name, port and certificate.",
    ),
    "D121": (
        "The answer did not come through the gate.",
        "Put the gate before this path; compare gate doctor without --probe.",
    ),
    "D122": (
        "A host that the gate does not know is answered.",
        "Have the proxy pass on the reader's Host; site.hosts lists those that hold.",
    ),
    "D123": (
        "Endpoints for your own servers can be reached from outside.",
        "Close the paths below site.own_prefix but leave, as gate recipe does.",
    ),
    "D124": (
        "A forged header changes what the reader meets.",
        (
            "Have the outermost proxy overwrite the header that visitor.header names, "
            "and trust that proxy only."
        ),
    ),
    "D125": (
        "An odd spelling of the path reveals the article.",
        "Put the gate before everything that rewrites paths.",
    ),
    "D126": (
        "HEAD is not answered as GET is.",
        "Have the proxy ask the gate for HEAD as well.",
    ),
    "D127": (
        "A page that is fetched ahead is not gated, or is acknowledged.",
        "Have the proxy pass on Sec-Purpose and Cookie unchanged.",
    ),
    "D128": (
        "Readers of the area are not warned.",
        "Look at gate explain --ip, then at D001 to D005.",
    ),
    "D129": (
        "Continue does not lead to the article.",
        (
            "Have the proxy pass on POST with Origin and Sec-Fetch-Site unchanged, and "
            "the gate's Set-Cookie."
        ),
    ),
    # The sealed log.
    "D130": (
        "The signing key can be read by whoever serves.",
        (
            "Set audit.seal: apart and let a user of its own run gate audit seal each "
            "day, as gate recipe systemd does; then gate audit key change."
        ),
    ),
    "D131": (
        "Days are not sealed although they are over.",
        (
            "Look at what the sealer says on standard error, or run gate audit seal as "
            "its user."
        ),
    ),
    # The pages that leaving leads to, more closely.
    "D132": (
        "The page that leaving leads to sends readers on to another address.",
        "Name in site.exit_url the address where the way ends, with https.",
    ),
    "D133": (
        "The page that leaving leads to sets cookies.",
        "A page without cookies leaves fewer traces in the reader's browser.",
    ),
    "D134": (
        "The page that leaving leads to names the site, or calls other servers.",
        "Name a page that says nothing of the site, and calls nobody else.",
    ),
}
