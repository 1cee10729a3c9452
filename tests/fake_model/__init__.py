"""A language model that is none: an OpenAI-compatible server on loopback, well or badly behaved."""
