"""The advisers' console: signing in, the queue, conversations, calls, teaching, and what supervisors need."""
