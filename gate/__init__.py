"""The gate: warns a reader before the article, where reading on is held against them.

Reading order, from the bottom: `model` the nouns, `errors` what can go wrong,
`request` what arrived, `decision` what follows, `answer` what is answered,
`documents` files with marks, `config` what the deployer chose, `rules` what the rule
book says, `places` where visitors are, `notices` what the reader sees, `audit` what was
recorded, `engine` the whole path once, `doors` how requests come in, `workbench` whole
tasks, `cli` the commands.
"""

from __future__ import annotations

__version__ = "0.1.0"
