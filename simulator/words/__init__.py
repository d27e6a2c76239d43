"""Translation and validation: the words of the interface and of files of data."""
