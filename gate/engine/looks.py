"""How the gate's own pages look, read from the files that the configuration names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.documents.decoding import MAX_BYTES
from gate.notices import Look
from gate.notices.colours import SCHEMES, faint_pairs, palette_of
from gate.notices.logo import clean_logo
from gate.notices.own import MOST_TEMPLATE, check_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from gate.config import Config
    from gate.model import Diagnostic, Notice

_LOOK = ("site", "look")


def site_look(config: Config) -> Look:
    """Say how the pages look; what cannot be used is as if it were not named."""
    site, look = config.site, config.site.look
    logo, _ = _logo(config)
    template, _ = _template(config)
    return Look(
        name=site.name,
        organization=site.organization,
        explainer_url=site.explainer_url,
        own_prefix=site.own_prefix,
        title=look.title or "",
        logo=logo,
        light=palette_of("light", look.colours.light.changed),
        dark=palette_of("dark", look.colours.dark.changed),
        template=template,
        offers_exit=site.exit_script,
    )


def check_look(config: Config) -> list[Diagnostic]:
    """Find what is wrong with colours, logo and the file of the template: E720 to E722.

    Args:
        config: What the deployer chose.
    """
    return [*_faint(config), *_of_logo(config), *_of_template(config)]


def check_pages(
    config: Config,
    notices: Mapping[str, Notice],
    look: Look,
    together: Iterable[tuple[str, ...]] = (),
) -> list[Diagnostic]:
    """Find what is wrong with the pages of an own template: E722 to E734.

    Args:
        config: What the deployer chose.
        notices: All notices of the site by id; at least one.
        look: What is served, with what the databases ask to be said.
        together: Sets of notices, ids sorted, that decisions show on one page.
    """
    if not look.template:
        return []
    file = str(config.site.look.template)
    return check_template(notices, look, file=file, together=together)


def _faint(config: Config) -> Iterator[Diagnostic]:
    for scheme in SCHEMES:
        changed = getattr(config.site.look.colours, scheme).changed
        for pair in faint_pairs(palette_of(scheme, changed)):
            key = pair.fore if pair.fore in changed else pair.back
            yield config.document.finding(
                "E720",
                f'"{pair.fore}" on "{pair.back}" has a contrast of {pair.ratio:.2f}:1 '
                f"where the system is {scheme}; it must be {pair.least:g}:1.",
                (*_LOOK, "colours", scheme, key),
                hint="Make one of them lighter or darker.",
            )


def _of_logo(config: Config) -> Iterator[Diagnostic]:
    for problem in _logo(config)[1]:
        yield config.document.finding("E721", problem, (*_LOOK, "logo"))


def _of_template(config: Config) -> Iterator[Diagnostic]:
    for problem in _template(config)[1]:
        yield config.document.finding("E722", problem, (*_LOOK, "template"))


def _logo(config: Config) -> tuple[str, tuple[str, ...]]:
    path = config.site.look.logo
    if path is None:
        return "", ()
    data, problem = _read(path)
    if problem:
        return "", (problem,)
    return clean_logo(data, config.site.look.title or config.site.name)


def _template(config: Config) -> tuple[str, tuple[str, ...]]:
    path = config.site.look.template
    if path is None:
        return "", ()
    data, problem = _read(path)
    if problem:
        return "", (problem,)
    if not data.strip() or len(data) > MOST_TEMPLATE:
        return "", (f"It is empty, or has more than {MOST_TEMPLATE:,} bytes.",)
    try:
        return data.decode(), ()
    except UnicodeDecodeError:
        return "", ("It is not UTF-8.",)


def _read(path: Path) -> tuple[bytes, str]:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES), ""
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        return b"", f"{path}: {reason.removesuffix(' or directory')}."
