"""Modelling rules, run before every deployment: one rule is one function, whose docstring is its page."""
