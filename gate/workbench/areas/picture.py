"""A drawing as PNG, by a browser that is there: the gate has no painter of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from gate.errors import NoBrowserError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
"""Programs that draw without a window, in the order of choice."""

_SECONDS = 60


def draw_png(svg: str, size: tuple[int, int], out: Path) -> None:
    """Draw an SVG into a PNG file.

    Args:
        svg: The drawing.
        size: Width and height in pixels.
        out: The file.

    Raises:
        NoBrowserError: No browser was found, or it did not draw.
    """
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise NoBrowserError(reason="no Chromium was found")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "map.svg")
        source.write_text(svg, encoding="utf-8")
        _run(_command(program, source, size, out, Path(folder)))
    if not out.is_file():
        raise NoBrowserError(reason=f"{Path(program).name} wrote nothing")


def _command(
    program: str, source: Path, size: tuple[int, int], out: Path, folder: Path
) -> list[str]:
    command = [
        program,
        "--headless",
        "--disable-gpu",
        "--hide-scrollbars",
        "--no-first-run",
        "--disable-background-networking",
        f"--user-data-dir={folder / 'profile'}",
        f"--window-size={size[0]},{size[1]}",
        "--force-device-scale-factor=2",
        f"--screenshot={out.resolve()}",
    ]
    if os.geteuid() == 0:
        # Chromium refuses its sandbox to root; it draws nothing but our own file.
        command.append("--no-sandbox")
    return [*command, source.as_uri()]


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed options and our own file
            command, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoBrowserError(reason=f"{Path(command[0]).name} failed") from error
    if done.returncode:
        raise NoBrowserError(reason=f"{Path(command[0]).name} failed")
