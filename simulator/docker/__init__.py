"""The client: its command line, the machine, the engines, the image store, its output."""
