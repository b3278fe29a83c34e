"""Does an agency keep the agency contract? Calls its endpoint well and badly, and says what it finds."""
