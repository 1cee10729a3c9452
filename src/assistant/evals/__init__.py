"""Measures the stages from outside, with reference question/answer pairs."""
