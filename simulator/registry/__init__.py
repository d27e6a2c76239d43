"""A registry as a value: its model, its answers, its tokens, and how it is served."""
