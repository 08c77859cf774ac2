"""What the deployer chose: config.yaml and the environment to Config.

Nothing has a hidden default that is a choice of law or of safety; such a key that is
missing is an error with its place.
"""

from __future__ import annotations

from gate.config.agreement import check_agreement, pinned_at
from gate.config.codes import CODES
from gate.config.load import (
    Config,
    load_config,
    read_config,
    rules_folder,
    state_folder,
)

__all__ = [
    "CODES",
    "Config",
    "check_agreement",
    "load_config",
    "pinned_at",
    "read_config",
    "rules_folder",
    "state_folder",
]
