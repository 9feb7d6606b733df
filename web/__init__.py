"""The counter: a request comes in, a page goes out."""
