"""Tests of the checkers: that they pass what is right, and catch what is wrong."""
