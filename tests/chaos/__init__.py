"""Storms: many applications, agencies that fail in every way, and a program that is killed."""
