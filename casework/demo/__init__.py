"""The demonstration: a fictional province that lives a year and a half through the public functions of the house, and nothing else."""
