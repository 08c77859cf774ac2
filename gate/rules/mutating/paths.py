"""A pattern of paths drawn a little wider, or a little narrower."""

from __future__ import annotations

from gate.patterns import ANY_SEGMENTS, segments_of


def widened(glob: str) -> tuple[str, ...]:
    """Return a pattern that matches more, if there is one that a slip could make.

    >>> widened("/help/safety/**"), widened("/robots.txt"), widened("/sitemap*.xml")
    (('/help/**',), ('/robots.txt/**',), ('/*',))
    >>> widened("/**")
    ()
    """
    segments = segments_of(glob)
    if segments[-1:] == (ANY_SEGMENTS,):
        return (_glob((*segments[:-2], ANY_SEGMENTS)),) if segments[:-1] else ()
    starred = tuple("*" if "*" in segment else segment for segment in segments)
    if starred != segments:
        return (_glob(starred),)
    return (_glob((*segments, ANY_SEGMENTS)),)


def narrowed(glob: str) -> tuple[str, ...]:
    """Return patterns that match less, if there are some that a slip could make.

    >>> narrowed("/help/**"), narrowed("/sitemap*.xml"), narrowed("/robots.txt")
    (('/help', '/help/*'), ('/sitemap.xml',), ())
    """
    segments = segments_of(glob)
    if segments[-1:] == (ANY_SEGMENTS,):
        above = segments[:-1]
        return tuple(g for g in (_glob(above), _glob((*above, "*"))) if g != glob)
    bare = tuple(s if set(s) == {"*"} else s.replace("*", "") for s in segments)
    return (_glob(bare),) if bare != segments and ANY_SEGMENTS not in segments else ()


def _glob(segments: tuple[str, ...]) -> str:
    return "/" + "/".join(segments)
