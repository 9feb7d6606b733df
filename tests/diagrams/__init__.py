"""Tiny drawings, one behaviour of the engine each, and the pencil that sketches more of them."""
