"""Official papers: what is on record put into the words and the layout of an office, as PDF and Word, from templates that can be replaced.

A paper is Chinese, for it is sent to Chinese offices. It is made from plain texts only: a template sees no row, no session, no function.
"""
