"""What holds for every place, path, activity and moment, and what a rule says in vain.

`cells` lists everything that a book can tell apart, one case each, for whoever decides
case by case. `proof` looks at all of it at once: sets of cells are integers with one
bit for each (`space`), so that thousands of rules take seconds.
"""
