"""DB-IP and MaxMind: what to ask them for, and how they tell that it is whole.

Each source writes what it got to a file, unpacked, or says that nothing is newer.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode

from gate.errors import UpdateAnswerError, UpdateChecksumError
from gate.workbench.updating.fetching import shown
from gate.workbench.updating.unpacking import unpack

if TYPE_CHECKING:
    from pathlib import Path

    from gate.workbench.updating.fetching import Answer, Fetcher

DB_IP: Final = "https://download.db-ip.com"
UPDATES: Final = "https://updates.maxmind.com"
DOWNLOADS: Final = "https://download.maxmind.com"

_MD5_DIGITS, _SHA256_DIGITS = 32, 64


class Known(NamedTuple):
    """What is known of the served database, so that nothing is fetched twice.

    Attributes:
        md5: Of its file in hexadecimal; empty if there is none.
        url: Where it came from.
        etag: What the server called it then.
        modified: When the server last changed it, as it said so.
        held: MD5 of a database that was taken back; empty if there is none.
    """

    md5: str = ""
    url: str = ""
    etag: str = ""
    modified: str = ""
    held: str = ""


class Fetched(NamedTuple):
    """What came.

    Attributes:
        url: Where it came from, without query; a file's path if it was no server.
        is_new: Whether something came; if not, the server has nothing newer.
        etag: What the server calls it.
        modified: When the server last changed it.
    """

    url: str
    is_new: bool = True
    etag: str = ""
    modified: str = ""


class Workspace(NamedTuple):
    """Files for what is fetched, beside the served database.

    Attributes:
        packed: For what comes.
        database: For what is in it.
        most: Bytes of a database.
    """

    packed: Path
    database: Path
    most: int


def from_db_ip(
    fetcher: Fetcher, base: str, edition: str, known: Known, work: Workspace, now: int
) -> Fetched:
    """Fetch the file of this month, or of the last one in the first days of a month.

    Args:
        fetcher: Asks.
        base: Address of the server.
        edition: Name of the file, such as "dbip-city-lite".
        known: What is served.
        work: Where it goes.
        now: Unix seconds.

    Raises:
        UpdateError: Nothing came, or it is not whole.

    Source:
        https://db-ip.com/db/lite.php: one file for each month; no checksum but
        gzip's own.
    """
    urls = [f"{base}/free/{edition}-{month}.mmdb.gz" for month in _months(now)]
    for url in urls:
        answer = fetcher.save(url, work.packed, **_conditions(url, known))
        if answer.is_unchanged:
            return Fetched(url, is_new=False)
        if answer.is_there:
            unpack(work.packed, work.database, most=work.most)
            return _told(url, answer)
    raise UpdateAnswerError(
        f"{urls[0]} and the file of the month before are not there.",
        hint=UpdateAnswerError.remedy,
    )


def from_maxmind(
    fetcher: Fetcher, base: str | None, edition: str, known: Known, work: Workspace
) -> Fetched:
    """Fetch the newest build of an edition, if it is not the one that is served.

    Args:
        fetcher: Asks, with the account.
        base: A mirror; None asks MaxMind.
        edition: Such as "GeoLite2-City".
        known: What is served.
        work: Where it goes.

    Raises:
        UpdateError: Nothing came, or it is not whole.

    Source:
        https://dev.maxmind.com/geoip/updating-databases/ and the program geoipupdate:
        7 asks for `metadata` and fetches the archive of that day, up to 6 it asked
        `update?db_md5=`, which some mirrors still speak.
    """
    url = (
        f"{base or UPDATES}/geoip/updates/metadata?{urlencode({'edition_id': edition})}"
    )
    answer = fetcher.ask(url)
    if not answer.is_there:
        return _by_digest(fetcher, base or UPDATES, edition, known, work)
    day, md5 = _described(answer, edition, url)
    if md5 in {known.md5, known.held}:
        return Fetched(shown(url), is_new=False)
    return _of_day(fetcher, _archive(base or DOWNLOADS, edition, day), md5, work)


def _archive(base: str, edition: str, day: str) -> str:
    """Return the address of the archive of a day, up to the suffix."""
    query = urlencode({"date": day.replace("-", "")})
    return f"{base}/geoip/databases/{edition}/download?{query}&suffix=tar.gz"


def _of_day(fetcher: Fetcher, url: str, md5: str, work: Workspace) -> Fetched:
    checksum = fetcher.ask(f"{url}.sha256")
    answer = fetcher.save(url, work.packed)
    if not answer.is_there:
        raise _nothing(url)
    if checksum.is_there:
        wanted = checksum.content.decode("latin-1").split()[:1]
        _compare(url, "sha256", work.packed, "".join(wanted), _SHA256_DIGITS)
    unpack(work.packed, work.database, most=work.most)
    _compare(url, "md5", work.database, md5, _MD5_DIGITS)
    return _told(url, answer)


def _by_digest(
    fetcher: Fetcher, base: str, edition: str, known: Known, work: Workspace
) -> Fetched:
    """Fetch in the older way: the server compares digests and may say 304."""
    md5 = known.md5 or "0" * _MD5_DIGITS
    url = f"{base}/geoip/databases/{edition}/update?db_md5={md5}"
    answer = fetcher.save(url, work.packed)
    if answer.is_unchanged:
        return Fetched(shown(url), is_new=False)
    if not answer.is_there:
        raise _nothing(url)
    unpack(work.packed, work.database, most=work.most)
    wanted = answer.fields.get("x-database-md5", "")
    _compare(url, "md5", work.database, wanted, _MD5_DIGITS)
    return _told(url, answer)


def _described(answer: Answer, edition: str, url: str) -> tuple[str, str]:
    """Return the day and the MD5 of the newest build."""
    try:
        (found,) = json.loads(answer.content)["databases"]
        day, md5 = str(found["date"]), str(found["md5"]).lower()
        if found["edition_id"] == edition and len(md5) == _MD5_DIGITS:
            return date.fromisoformat(day).isoformat(), md5
    except (KeyError, TypeError, ValueError):
        pass
    raise UpdateAnswerError(
        f"{shown(url)} does not describe {edition}.", hint=UpdateAnswerError.remedy
    )


def _compare(url: str, kind: str, path: Path, wanted: str, digits: int) -> None:
    wanted = wanted.strip().lower()
    with path.open("rb") as file:
        found = hashlib.file_digest(file, lambda: _hash(kind)).hexdigest()
    if len(wanted) != digits or found != wanted:
        raise UpdateChecksumError(
            f"{shown(url)}: its {kind.upper()} is {found}, and should be "
            f"{wanted[:digits] or 'told, but is not'}.",
            hint=UpdateChecksumError.remedy,
        )


def _hash(kind: str) -> hashlib._Hash:
    # MD5 only tells damage here, as the protocol has it; TLS is what is trusted.
    return hashlib.new(kind, usedforsecurity=False)


def md5_of(path: Path) -> str:
    """Return the MD5 of a file; empty if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: _hash("md5")).hexdigest()
    except OSError:
        return ""


def _months(now: int) -> tuple[str, str]:
    """Return this month and the one before, as "2026-11"."""
    day = datetime.fromtimestamp(now, UTC).date()
    before = day.replace(day=1) - timedelta(days=1)
    return f"{day:%Y-%m}", f"{before:%Y-%m}"


def _conditions(url: str, known: Known) -> dict[str, str]:
    """Return what lets a server answer 304, if the served file came from there."""
    if url != known.url:
        return {}
    found = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
    return {name: value for name, value in found.items() if value}


def _told(url: str, answer: Answer) -> Fetched:
    modified = answer.fields.get("last-modified", "")
    try:
        parsedate_to_datetime(modified)
    except ValueError:
        modified = ""
    etag = answer.fields.get("etag", "")
    return Fetched(shown(url), etag=etag, modified=modified)


def _nothing(url: str) -> UpdateAnswerError:
    return UpdateAnswerError(
        f"{shown(url)} answered 404: there is no such edition.",
        hint="Check geo.update.edition, and what the account may download.",
    )
