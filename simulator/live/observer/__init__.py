"""The machine in observer form: the client is theirs, and we infer what it must be doing.

From the exchanges that the registry saw come the events and steps of the machine that plays the
scenarios. What happened on the wire is seen; what must have happened in between is inferred, and
says so. Nothing is remembered between calls: a later request may revise what an earlier one seemed
to mean (a greeting begins a login or a pull alike), and an unexpected one is shown as just that. No
order of requests is an error here.
"""
