"""From a template and a context to a text: sandboxed, typed, in a process of its own."""
