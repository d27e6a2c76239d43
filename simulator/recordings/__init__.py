"""Real Docker, recorded: the documents, their replay, and where Pullscope differs."""
