"""What a learner has done: kept, reviewed, taken along.

`records` says what there is to keep and what follows from it (pure); `store` keeps it. Records
are only ever added, so that two processes cannot lose each other's: what is due, what is mastered
and the best solution are computed from them.
"""
