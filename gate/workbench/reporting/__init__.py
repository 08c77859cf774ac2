"""What `gate check` found, told to people and to programs.

`outcome` what there is to tell; `links` where a terminal can follow them; `rows` as
JSON; `sarif` for code scanning; `github` for annotations and the summary of a job;
`places` where a file lies for programs that see the whole repository. As text, findings
are told by `gate.documents.render`.
"""

from __future__ import annotations

from gate.workbench.reporting.github import job_summary, workflow_commands
from gate.workbench.reporting.links import links_for
from gate.workbench.reporting.outcome import Outcome
from gate.workbench.reporting.places import Places, places_in
from gate.workbench.reporting.rows import as_rows
from gate.workbench.reporting.sarif import sarif_log

__all__ = [
    "Outcome",
    "Places",
    "as_rows",
    "job_summary",
    "links_for",
    "places_in",
    "sarif_log",
    "workflow_commands",
]
