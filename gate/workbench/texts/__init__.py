"""The way of a text to its translator and back.

Reading order: `units` what there is to translate, `xliff` the translator's file,
`taking` whether what came back fits, `scalars` texts as YAML, `editing` a text put into
a file that stays as it is everywhere else, `trial` whether the gate would take that,
`view` everything side by side.
"""
