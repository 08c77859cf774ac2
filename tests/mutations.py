"""Damages a database file in the ways in which files are damaged, and in worse ones."""

from __future__ import annotations

from gate.places.metadata import MARKER

INTERESTING = (b"\x00", b"\xff", b"\x7f", b"\x80", b"\x20\x00", b"\xe1", b"\x01\x04")
MOST_FLIPS = 8
CHUNK = 4096  # bytes, a page of a disk


def mutated(content, rng):
    """Return a damaged copy, and a word for the damage."""
    how = rng.choice(sorted(MUTATIONS))
    return bytes(MUTATIONS[how](bytearray(content), rng)), how


def data_end(content):
    """Where the metadata begin; in a file that has none, its end."""
    found = content.rfind(MARKER)
    return len(content) if found < 1 else found


def flipped(content, rng, first=0, last=None):
    for _ in range(rng.randint(1, MOST_FLIPS)):
        at = rng.randrange(first, len(content) if last is None else last)
        content[at] ^= 1 << rng.randrange(8)
    return content


def in_metadata(content, rng):
    return flipped(content, rng, data_end(content) - 1)


def in_root(content, rng):
    return flipped(content, rng, 0, min(len(content), 700))


def in_data(content, rng):
    end = data_end(content)
    start = max(0, end - rng.choice((1000, 50_000, end)))
    return flipped(content, rng, start, end)


def overwritten(content, rng):
    at = rng.randrange(len(content))
    piece = rng.choice(INTERESTING) * rng.randint(1, 40)
    content[at : at + len(piece)] = piece
    return content


def overwritten_data(content, rng):
    end = data_end(content)
    for _ in range(rng.randint(1, 30)):
        at = rng.randrange(max(0, end - 100_000), end)
        content[at : at + 2] = rng.choice(INTERESTING)[:1] + rng.randbytes(1)
    return content


def truncated(content, rng):
    return content[: rng.randrange(len(content))]


def cut(content, rng):
    at = rng.randrange(len(content))
    del content[at : at + rng.choice((1, 7, CHUNK, 100_000))]
    return content


def inserted(content, rng):
    at = rng.randrange(len(content))
    content[at:at] = rng.randbytes(rng.choice((1, 16, CHUNK)))
    return content


def appended(content, rng):
    return content + rng.choice((bytes(CHUNK), rng.randbytes(300), MARKER, content))


def page_of_zeros(content, rng):
    at = rng.randrange(len(content)) // CHUNK * CHUNK
    piece = content[at : at + CHUNK]
    content[at : at + CHUNK] = bytes(len(piece))
    return content


def swapped_pages(content, rng):
    size = min(CHUNK, len(content) // 4)
    one, other = (rng.randrange(len(content) - size) for _ in range(2))
    piece = content[one : one + size]
    content[one : one + size] = content[other : other + size]
    content[other : other + size] = piece
    return content


def crossed_nodes(content, rng):
    """Let nodes point to other nodes: circles and branches that are shared."""
    end = data_end(content)
    for _ in range(rng.randint(1, 40)):
        one, other = (rng.randrange(max(1, end // 14)) * 7 for _ in range(2))
        content[one : one + 7] = content[other : other + 7]
    return content


MUTATIONS = {
    "bits flipped": flipped,
    "bits of the metadata flipped": in_metadata,
    "bits at the root flipped": in_root,
    "bits of the data flipped": in_data,
    "overwritten": overwritten,
    "data overwritten": overwritten_data,
    "truncated": truncated,
    "cut": cut,
    "inserted": inserted,
    "appended": appended,
    "a page of zeros": page_of_zeros,
    "pages swapped": swapped_pages,
    "nodes crossed": crossed_nodes,
}
