"""The clock: APScheduler rings, `ticks` says what is done at each ring."""
