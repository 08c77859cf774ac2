"""What databases say of the areas of a rule book, and where they disagree.

Reading order: `weights` (ranges to numbers of addresses, tables laid side by side),
`survey` (a database, walked once and described), `profiles` (what is told apart),
`tally` (addresses by area, policy, country and settlement), `matrix` (two databases
against each other), `comparison` (all of it), `cells` (the networks behind a cell).
"""

from __future__ import annotations
