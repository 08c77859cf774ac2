"""The way of a text to its translator and back.

Reading order: `units` what there is to translate, `xliff` the translator's file,
`parsing` that file when it comes back, `taking` whether it fits, `scalars` texts as
YAML, `editing` a text put into a file that stays as it is everywhere else, `trial`
whether the notices would still be sound, `writing` all files or none, `view` everything
side by side.
"""
