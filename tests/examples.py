"""How many examples the tests with made-up input try. CONTRIBUTING.md says when to try more."""

import os

EXAMPLES = int(os.environ.get("PULLSCOPE_EXAMPLES", "50"))
