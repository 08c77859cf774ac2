"""Whether a cache keeps a gated page for readers other than the one who asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gate.workbench.doctor.finding import Finding, Level, error, judged, note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.config import Config
    from gate.workbench.doctor.fetching import Got

# Fields in which a shared cache says where an answer came from.
_SOURCES = ("x-cache", "x-cache-status", "x-proxy-cache", "cf-cache-status", "x-kept")
_KEPT = re.compile(r"\b(?:hit|stale|updating|revalidated)\b", re.IGNORECASE)

# Fields that speak to shared caches alone, and hold there over Cache-Control.
_SHARED = ("cdn-cache-control", "cloudflare-cdn-cache-control", "surrogate-control")
_LIFETIME = re.compile(r"\b(?:max-age|s-maxage)\s*=\s*\"?0*[1-9]", re.IGNORECASE)


def check_caches(
    first: Got, second: Got, config: Config, *, gated: bool
) -> list[Finding]:
    """Look at two answers for the same address.

    Args:
        first: The answer to the first request.
        second: The answer to the same request again.
        config: What the deployer chose.
        gated: Whether a rule can gate the path.
    """
    if not gated:
        told = "No rule gates this path, so caches may keep it."
        return [note("D050", first.url, told, "Ask for the address of an article.")]
    return [*_from_cache(second, config), _keepable(first, config)]


def _from_cache(got: Got, config: Config) -> Iterator[Finding]:
    told = " ".join(_signs(got))
    if config.site.cache == "edge" and told:
        yield note("D051", got.url, f"{told} site.cache is edge, so that may be.")
    else:
        said = (told, "It did not come out of a shared cache.")
        yield judged(bool(told), "D051", got.url, said, Level.ERROR)


def _signs(got: Got) -> Iterator[str]:
    age = got.field("age")
    if age.isdecimal() and int(age):
        yield f"Its Age is {age} s."
    for name in _SOURCES:
        value = got.field(name)
        if _KEPT.search(value):
            yield f"{name} is {value}."
    if len(got.field("x-varnish").split()) > 1:  # ids of this request and of the kept
        yield "X-Varnish names a kept answer."


def _keepable(got: Got, config: Config) -> Finding:
    said = got.field("cache-control").lower()
    told = f"Cache-Control is {said or 'missing'}."
    if config.site.cache == "edge":
        return note("D050", got.url, f"{told} site.cache is edge, so that may be.")
    bad = _why(got, said)
    if bad:
        return error("D050", got.url, f"{told} {bad}")
    return judged(False, "D050", got.url, ("", told))  # noqa: FBT003


def _why(got: Got, said: str) -> str:
    """Say why a shared cache may keep an answer; empty if none may."""
    for name in _SHARED:
        value = got.field(name).lower()
        if _LIFETIME.search(value) and "no-store" not in value:
            return f"{name} is {value}."
    if "no-store" in said or "private" in said:
        return ""
    if not said:
        return "Without it a cache decides by itself."
    return "Nothing in it keeps shared caches away."
