"""The command line of docker: which commands and options there are."""
