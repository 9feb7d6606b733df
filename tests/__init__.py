"""The tests of the house; `World` drives the domain and the clock, the folders mirror the rooms."""
