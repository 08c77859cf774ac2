"""New rules, exemptions, areas, notices and tests, written for an editor.

Reading order: `answers` what is typed, `questions` what is asked and of what kind,
`usual` what several kinds share, `rules`, `exemptions`, `areas`, `notices`, `cases`
(tests) the questions of each kind and what becomes of the answers, `lines` that as
YAML, `placing` it in a file, `trial` whether the book can still be read, `verdict`
whether it keeps its promises and passes its tests.
"""
