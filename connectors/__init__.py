"""The edge: everything that crosses our boundary, in through the channels and out to the agencies."""
