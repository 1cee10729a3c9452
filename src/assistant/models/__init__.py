"""A language model under the same promises: it words the answer, and every sentence is checked."""
