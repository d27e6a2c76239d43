"""Your own docker: the learner types in their own terminal, and sees each step as it happens.

`accounts` gives each learner a name, a password and images; `trouble` is what the learner broke;
`sessions` answers requests and keeps whose they were; `observer` infers from them what the client
is doing, `coach` where the learner is stuck; `serve` puts it all on a port.
"""
