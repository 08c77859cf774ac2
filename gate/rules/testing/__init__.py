"""The tests in a rule book: run, held against what they leave out, and doubted."""
