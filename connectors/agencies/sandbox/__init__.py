"""The sandbox: one program that plays several agencies through the agency contract. Everything in it is invented."""
