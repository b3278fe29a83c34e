"""The desk: staff, the queue, who has a conversation, and what advisers leave for each other and for the assistant."""
