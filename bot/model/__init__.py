"""What the graph components are made of, without Rasa: n-grams, linear heads, calibration, thresholds, phrases, names.

Importing Rasa takes many seconds; the command line reads a trained model with this package alone.
"""
