"""Where answers come from: the mock registry in process, or a real one over HTTP."""
