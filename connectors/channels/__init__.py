"""What comes in: citizens, advisers, programs, Rasa's actions, and the command line. Wires the rooms below together."""
