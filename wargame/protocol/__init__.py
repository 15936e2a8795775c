"""The line protocol: how an agent in a process of its own, in any language, is asked for moves."""
