"""Accuracy, calibration, rejection, and matching of predictions to labels."""
