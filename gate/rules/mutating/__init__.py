"""A rule book broken in every small way, to see whether anybody notices.

Reading order: `paths` (a pattern, a little wider or narrower), `rules` and `areas`
(every small change), `mutants` (all of a book, each with its line); `outlines` and
`vantage` (places from which a book is looked at), `contrast` (a case that a mutant
decides otherwise, or the proof of none), `survival` (which mutants nobody notices),
`ready_tests` (tests that would).
"""
