"""What sealing takes from the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate import __version__
from gate.audit.sealing import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from gate.config import Config


def audit_folder(config: Config) -> Path:
    """Return the folder of tables, log and key."""
    return config.audit.folder or config.state / "audit"


def settings_of(config: Config) -> Settings:
    """Return the settings of the log that a configuration names."""
    return Settings(
        site=config.audit_name,
        gate=__version__,
        least=config.audit.least,
        told={
            "mode": config.mode,
            "period": config.audit.period,
            "cache": config.site.cache,
            "on_failure": config.audit.on_failure,
        },
    )
