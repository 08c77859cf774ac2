"""A folder as the site: what is served, and what never is."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from gate.doors.static import Folder
from gate.errors import SiteMissingError


@pytest.fixture
def folder(tmp_path):
    site = tmp_path / "site"
    (site / "a").mkdir(parents=True)
    (site / ".well-known").mkdir()
    (site / ".git").mkdir()
    (site / "index.html").write_text("<p>front</p>")
    (site / "a" / "index.html").write_text("<p>section</p>")
    (site / "a" / "песня.txt").write_text("слова")
    (site / "image.png").write_bytes(bytes(range(100)))
    (site / ".well-known" / "security.txt").write_text("Contact: x")
    (site / ".git" / "config").write_text("secret")
    (site / ".env").write_text("secret")
    (tmp_path / "secret.txt").write_text("secret")
    (site / "way-out").symlink_to(tmp_path)
    (site / "way-out.txt").symlink_to(tmp_path / "secret.txt")
    return site


@pytest.fixture
def client(folder):
    client = Client(Folder(folder))
    asked = client.open
    client.open = lambda *a, **k: asked(*a, buffered=True, **k)  # closes the file
    return client


def test_files_have_types_and_folders_an_index(client):
    assert client.get("/").text == "<p>front</p>"
    assert client.get("/a/").text == "<p>section</p>"
    assert client.get("/").content_type.startswith("text/html")
    assert client.get("/image.png").content_type == "image/png"
    assert client.get("/a/песня.txt").text == "слова"
    assert client.get("/.well-known/security.txt").status_code == 200


def test_a_folder_without_slash_leads_to_its_index(client):
    response = client.get("/a")
    assert (response.status_code, response.location) == (308, "/a/")


@pytest.mark.parametrize(
    "path",
    [
        "/.env",
        "/.git/config",
        "/a/../.env",
        "/way-out/secret.txt",
        "/way-out.txt",
        "/nothing",
        "/a/nothing.txt",
        "/image.png/",
        "/image.png/x",
    ],
)
def test_what_is_hidden_or_outside_is_not_there(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert "secret" not in response.text


def test_a_part_of_a_file_can_be_asked_for(client):
    response = client.get("/image.png", headers={"Range": "bytes=10-19"})
    assert response.status_code == 206
    assert response.data == bytes(range(10, 20))


def test_an_unchanged_file_is_confirmed(client):
    tag = client.get("/image.png").headers["ETag"]
    response = client.get("/image.png", headers={"If-None-Match": tag})
    assert (response.status_code, response.data) == (304, b"")


def test_head_has_the_length_and_no_body(client):
    response = client.head("/image.png")
    assert (response.content_length, response.data) == (100, b"")


def test_files_cannot_be_posted_to(client):
    response = client.post("/")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD"}


def test_a_missing_folder_is_told_at_the_start(tmp_path):
    with pytest.raises(SiteMissingError):
        Folder(tmp_path / "nowhere")
