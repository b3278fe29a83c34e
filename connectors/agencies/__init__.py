"""Out: how an agency is reached. HTTP by the agency contract, its webhooks, and the sandbox that plays agencies."""
