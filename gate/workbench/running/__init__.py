"""`gate serve`: the gate as a server of its own.

Reading order: `serve` (what is served, and how it begins), `server` (gunicorn, made
safe and silent), `worker` (which slow clients cannot hold up), `stopping` (a stop that
cuts nobody off), `crew` (what goes on beside the answering), `operations` and
`metrics` (what operators see), `logs`, `ports`.
"""

from __future__ import annotations
