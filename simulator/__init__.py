"""What really happens when Docker pulls an image from a private registry."""

__version__ = "0.1.0"
