"""A rule book broken in every small way, to see whether anybody notices."""
