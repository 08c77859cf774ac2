"""The hash tree: exact against the words of the RFC, whatever the size or crash."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.audit.durable import BEGUN
from gate.audit.tree import (
    EMPTY_ROOT,
    Growing,
    Tiles,
    check_consistency,
    check_inclusion,
    leaf_hash,
    root_of,
    tile_name,
    tile_path,
    tiles_of,
)
from gate.errors.sealing import TileDamagedError

# Leaves and roots that the authors of RFC 6962 published with their implementation.
PUBLISHED_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
PUBLISHED_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PUBLISHED_PATHS = {
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (1, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
PUBLISHED_EXTENSIONS = {
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}


# The definitions of RFC 6962, section 2.1, word for word and slow: an oracle.
def k_of(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(d):
    if not d:
        return sha256(b"").digest()
    if len(d) == 1:
        return d[0]
    k = k_of(len(d))
    return sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def audit_path(m, d):
    if len(d) <= 1:
        return []
    k = k_of(len(d))
    if m < k:
        return [*audit_path(m, d[:k]), mth(d[k:])]
    return [*audit_path(m - k, d[k:]), mth(d[:k])]


def proof(m, d):
    return subproof(m, d, b=True)


def subproof(m, d, *, b):
    if m == len(d):
        return [] if b else [mth(d)]
    k = k_of(len(d))
    if m <= k:
        return [*subproof(m, d[:k], b=b), mth(d[k:])]
    return [*subproof(m - k, d[k:], b=False), mth(d[:k])]


def leaves(count):
    return [leaf_hash(b"%d" % number) for number in range(count)]


@pytest.fixture
def make(tmp_path):
    """Make tiles of a tree that grows by the given steps."""

    def made(*steps):
        tiles = Tiles(tmp_path / "tile")
        size = 0
        for step in steps:
            tiles.append(size, leaves(size + step)[size:])
            size += step
        return tiles

    return made


def every_file(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size):
    hashes = [leaf_hash(leaf) for leaf in PUBLISHED_LEAVES[:size]]
    assert root_of(hashes).hex() == PUBLISHED_ROOTS[size]


@pytest.mark.parametrize(("index", "size"), PUBLISHED_PATHS)
def test_paths_are_the_published_ones(tmp_path, index, size):
    tiles = Tiles(tmp_path)
    tiles.append(0, [leaf_hash(leaf) for leaf in PUBLISHED_LEAVES])
    found = tiles.inclusion(index, size)
    assert tuple(node.hex() for node in found) == PUBLISHED_PATHS[index, size]


@pytest.mark.parametrize(("old", "new"), PUBLISHED_EXTENSIONS)
def test_consistency_proofs_are_the_published_ones(tmp_path, old, new):
    tiles = Tiles(tmp_path)
    tiles.append(0, [leaf_hash(leaf) for leaf in PUBLISHED_LEAVES])
    found = tiles.consistency(old, new)
    assert tuple(node.hex() for node in found) == PUBLISHED_EXTENSIONS[old, new]


def test_every_root_of_a_growing_tree_is_that_of_the_definition():
    tree = Growing()
    for size, leaf in enumerate(leaves(70)):
        assert tree.root() == mth(leaves(size))
        tree.add(leaf)


def test_every_proof_of_every_small_tree_is_that_of_the_definition(make):
    tiles = make(20)
    for size in range(21):
        d = leaves(size)
        assert tiles.root(size) == mth(d)
        for index in range(size):
            assert tiles.inclusion(index, size) == audit_path(index, d)
        for old in range(1, size + 1):
            assert tiles.consistency(old, size) == proof(old, d)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.integers(1, 700), min_size=1, max_size=4), data=st.data())
def test_a_tree_that_grew_in_steps_gives_the_proofs_of_the_definition(
    tmp_path_factory, steps, data
):
    tiles, size = Tiles(tmp_path_factory.mktemp("tree") / "tile"), 0
    for step in steps:
        size += step
        root = tiles.append(size - step, leaves(size)[size - step :])
        assert root == mth(leaves(size))
        tiles.tidy(size)
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    assert tiles.inclusion(index, size) == audit_path(index, leaves(size))
    assert tiles.consistency(old, size) == proof(old, leaves(size))
    assert tiles.leaf(index, size) == leaves(size)[index]


def test_tiles_are_laid_out_as_the_specification_says_for_seventy_thousand_leaves(
    make,
):
    size = 70_000
    tiles = make(size)
    expected = {tile_path(*name) for name in tiles_of(size)}
    assert len([name for name in expected if name.startswith("0/")]) == 274
    assert {"0/273.p/112", "1/000", "1/001.p/17", "2/000.p/1"} <= expected
    assert set(every_file(tiles.folder)) == expected
    assert tiles.root(size) == mth(leaves(size))


def test_a_full_tile_is_at_once_in_the_level_above(make):
    assert set(every_file(make(256).folder)) == {"0/000", "1/000.p/1"}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ((0, 1234067, 256), "0/x001/x234/067"),
        ((63, 0, 1), "63/000.p/1"),
        ((0, 999, 255), "0/999.p/255"),
        ((1, 1000, 256), "1/x001/000"),
    ],
)
def test_a_tile_has_the_path_of_the_specification(name, path):
    assert tile_path(*name) == path
    assert tile_name(path) == name


@pytest.mark.parametrize(
    "path",
    [
        "0/1",
        "00/001",
        "0/x000/001",
        "0/001.p/0",
        "0/001.p/257",
        "0/001.p/01",
        "0/001.p/256",
        "0/x001",
        "0/../000",
        "entries/000",
        "0/\u0660\u0660\u0661",
        "100/000",
        "",
    ],
)
def test_other_paths_are_no_tiles(path):
    assert tile_name(path) is None


@given(
    size=st.integers(1, 40), index=st.integers(0, 50), flip=st.integers(0, 32 * 8 - 1)
)
def test_a_path_proves_only_its_own_leaf_at_its_own_place(size, index, flip):
    d = leaves(size)
    index %= size
    path, root = audit_path(index, d), mth(d)
    asked = {"index": index, "size": size, "path": path, "root": root}
    assert check_inclusion(d[index], **asked)
    wrong = bytearray(root)
    wrong[flip // 8] ^= 1 << flip % 8
    assert not check_inclusion(bytes(wrong), **asked)
    assert not check_inclusion(d[index], **asked | {"root": bytes(wrong)})
    assert not check_inclusion(d[index], **asked | {"path": [*path, root]})
    assert not check_inclusion(d[index], **asked | {"index": size})
    assert not check_inclusion(d[index], **asked | {"index": -1})
    for other in set(range(size)) - {index}:
        assert not check_inclusion(d[index], **asked | {"index": other})
    for place in range(len(path)):
        changed = [*path[:place], bytes(wrong), *path[place + 1 :]]
        assert not check_inclusion(d[index], **asked | {"path": changed})
        shorter = path[:place] + path[place + 1 :]
        assert not check_inclusion(d[index], **asked | {"path": shorter})


@given(new=st.integers(1, 40), old=st.integers(0, 40))
def test_a_proof_of_consistency_holds_for_its_own_trees_only(new, old):
    old %= new + 1
    d = leaves(new)
    path = proof(old, d) if old else []
    asked = {
        "old": old,
        "new": new,
        "old_root": mth(d[:old]),
        "new_root": mth(d),
        "path": path,
    }
    assert check_consistency(**asked)
    wrong = leaf_hash(b"wrong")
    assert not check_consistency(**asked | {"old_root": wrong})
    assert not check_consistency(**asked | {"path": [*path, wrong]})
    assert not check_consistency(**asked | {"old": new + 1})
    if old > 0:
        assert not check_consistency(**asked | {"new_root": wrong})
    for place in range(len(path)):
        changed = [*path[:place], wrong, *path[place + 1 :]]
        assert not check_consistency(**asked | {"path": changed})
        shorter = path[:place] + path[place + 1 :]
        assert not check_consistency(**asked | {"path": shorter})


def test_a_crash_at_any_write_leaves_the_old_tree_whole_and_the_next_call_goes_on(
    make, monkeypatch
):
    old, new = 250, 600
    tiles = make(old)
    before = tiles.root(old)
    from gate.audit import tree  # noqa: PLC0415 - to break it

    written = tree.replace
    for crash in range(1, 20):
        done = []

        def crashing(path, data, done=done, crash=crash):
            done.append(path)
            if len(done) == crash:
                raise OSError("killed")
            written(path, data)

        monkeypatch.setattr(tree, "replace", crashing)
        garbage = [leaf_hash(b"begun %d" % n) for n in range(new - old + crash)]
        try:
            tiles.append(old, garbage)
        except OSError:
            assert tiles.root(old) == before
            continue
        break
    else:
        pytest.fail("it wrote more tiles than there are")
    monkeypatch.setattr(tree, "replace", written)
    assert crash > 3
    assert tiles.root(old) == before
    tiles.append(old, leaves(300)[old:])
    tiles.tidy(300)
    assert tiles.root(300) == mth(leaves(300))
    assert tiles.root(256) == mth(leaves(256))
    assert set(every_file(tiles.folder)) == {"0/000", "0/001.p/44", "1/000.p/1"}


def test_the_same_append_again_writes_the_same_tiles(make):
    tiles = make(250, 80)
    before = every_file(tiles.folder)
    tiles.append(250, leaves(330)[250:])
    assert every_file(tiles.folder) == before


def test_partial_tiles_of_older_checkpoints_stay_until_the_full_one_is_there(make):
    tiles = make(3, 4)
    tiles.tidy(7)
    assert set(every_file(tiles.folder)) == {"0/000.p/3", "0/000.p/7"}
    tiles.append(7, leaves(260)[7:])
    tiles.tidy(260)
    assert set(every_file(tiles.folder)) == {"0/000", "0/001.p/4", "1/000.p/1"}
    assert tiles.root(3) == mth(leaves(3))


def test_tidying_removes_what_a_crash_left(make):
    tiles = make(3)
    (tiles.folder / "0" / f"{BEGUN}17-000").write_bytes(b"half")
    tiles.tidy(3)
    assert set(every_file(tiles.folder)) == {"0/000.p/3"}


def test_an_empty_tree_has_the_hash_of_nothing_and_no_files(make):
    tiles = make()
    assert tiles.append(0, []) == tiles.root(0) == EMPTY_ROOT
    assert not tiles.folder.exists()


@pytest.mark.parametrize("damage", ["missing", "short", "long"])
def test_a_damaged_tile_is_named(make, damage):
    tiles = make(3)
    tile = tiles.folder / "0/000.p/3"
    if damage == "missing":
        tile.unlink()
    else:
        tile.write_bytes(tile.read_bytes()[:-1] if damage == "short" else bytes(97))
    with pytest.raises(TileDamagedError) as caught:
        tiles.root(3)
    assert "0/000" in caught.value.path


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_path_to_a_leaf_that_is_not_there(make, index, size):
    with pytest.raises(IndexError):
        make(3).inclusion(index, size)
