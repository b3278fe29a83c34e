"""Measuring recognition: labelled sets, figures, plots."""
