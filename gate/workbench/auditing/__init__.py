"""Whole tasks over the sealed log: report, query, sample, replay, import, reconcile."""
